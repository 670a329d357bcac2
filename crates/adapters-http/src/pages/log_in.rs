//! `/login`

use askama::Template;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::messages::Messages;
use super::sign_in;
use crate::context::Context;
use crate::request::state::FormInput;
use crate::response::problem::Problem;
use crate::texts::Language;

#[derive(Template)]
#[template(path = "login.html")]
struct LogInPage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    messages: Messages,
    sign_up_open: bool,
}

/// Shows the page. A signed-in user is sent on.
pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    if let Some(redirect) = sign_in::redirect_signed_in(context, request).await? {
        return Ok(redirect);
    }
    let input = sign_in::empty_form(context, request);
    Ok(render(pages, &input, Messages::default(), pages.language(request.headers())))
}

pub(super) fn render(pages: &Pages, input: &FormInput, messages: Messages, language: Language) -> Response {
    let frame = pages.frame(language);
    frame.render(&LogInPage { frame, input, messages, sign_up_open: pages.sign_up.open })
}
