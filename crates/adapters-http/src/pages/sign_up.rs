//! `/signup`

use askama::Template;
use doorward_domain::Username;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::messages::Messages;
use super::sign_in;
use crate::context::Context;
use crate::request::state::FormInput;
use crate::response::problem::Problem;
use crate::texts::{Language, Message};

#[derive(Template)]
#[template(path = "signup.html")]
struct SignUpPage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    messages: Messages,
    username_hint: String,
    password_hint: String,
}

/// The page where sign-up is closed.
#[derive(Template)]
#[template(path = "closed.html")]
struct ClosedPage<'a> {
    frame: Frame<'a>,
    next: Option<&'a str>,
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
    if !pages.sign_up.open {
        return frame.render(&ClosedPage { frame, next: input.next.as_deref() });
    }
    let bounds = Message::new("characters").with("min", Username::MIN_CHARS).with("max", Username::MAX_CHARS);
    let (username_hint, password_hint) = (frame.t.message(&bounds), pages.password_hint(frame.t));
    frame.render(&SignUpPage { frame, input, messages, username_hint, password_hint })
}
