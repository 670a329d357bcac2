//! `/recover`

use askama::Template;
use doorward_domain::OneTimeCode;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::messages::Messages;
use super::sign_in;
use crate::context::Context;
use crate::request::state::FormInput;
use crate::response::problem::Problem;
use crate::texts::{Language, Message};

#[derive(Template)]
#[template(path = "recover.html")]
struct RecoverPage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    messages: Messages,
    code_hint: String,
    password_hint: String,
}

/// Shows the page, to a signed-in user as well: one may be signed in and have forgotten the password.
#[expect(clippy::unused_async, reason = "pages are async functions, whether or not they wait")]
pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let input = sign_in::empty_form(context, request);
    Ok(render(pages, &input, Messages::default(), pages.language(request.headers())))
}

pub(super) fn render(pages: &Pages, input: &FormInput, messages: Messages, language: Language) -> Response {
    let frame = pages.frame(language);
    let code_hint = frame.t.message(&Message::new("code-hint").with("count", OneTimeCode::CHARS));
    frame.render(&RecoverPage { frame, input, messages, code_hint, password_hint: pages.password_hint(frame.t) })
}
