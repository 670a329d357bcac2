//! `/login`

use askama::Template;
use doorward_app::SignUpMode;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::messages::Messages;
use super::sign_in;
use crate::context::Context;
use crate::request::state::FormInput;
use crate::response::problem::Problem;
use crate::texts::{Language, Message};

#[derive(Template)]
#[template(path = "login.html")]
struct LogInPage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    messages: Messages,
    /// What to do where the browser did not keep the cookie.
    notice: Option<String>,
    /// What was just done.
    done: Option<String>,
    sign_up_open: bool,
}

/// Shows the page. A signed-in user is sent on.
pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    if let Some(redirect) = sign_in::redirect_signed_in(context, request).await? {
        return Ok(redirect);
    }
    let (input, language) = (sign_in::empty_form(context, request), pages.language(request.headers()));
    let notice = sign_in::is_cookie_missing(request).then(|| {
        let advice = Message::new("cookie-missing").with("url", pages.public_origin.to_string());
        language.texts().message(&advice)
    });
    let frame = pages.frame(language);
    let (messages, done) = (Messages::default(), sign_in::done(request, frame.t));
    let (input, sign_up_open) = (&input, pages.sign_up.mode != SignUpMode::Closed);
    Ok(frame.render(&LogInPage { frame, input, messages, notice, done, sign_up_open }))
}

/// Renders the page again after a failure.
pub(super) fn render(pages: &Pages, input: &FormInput, messages: Messages, language: Language) -> Response {
    let frame = pages.frame(language);
    let sign_up_open = pages.sign_up.mode != SignUpMode::Closed;
    frame.render(&LogInPage { frame, input, messages, notice: None, done: None, sign_up_open })
}
