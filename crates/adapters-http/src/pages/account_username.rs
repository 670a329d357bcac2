//! `/account/username`

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
#[template(path = "account-username.html")]
struct UsernamePage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    user_id: &'a str,
    messages: Messages,
    username_hint: String,
}

pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    Ok(match sign_in::require(context, request).await? {
        Ok(session) => {
            let language = pages.language(request.headers());
            let input = FormInput { next: sign_in::next(context, request), ..FormInput::of(&session.user) };
            render(pages, &input, Messages::default(), language)
        }
        Err(redirect) => redirect,
    })
}

pub(super) fn render(pages: &Pages, input: &FormInput, messages: Messages, language: Language) -> Response {
    let frame = pages.frame(language);
    let bounds = Message::new("characters").with("min", Username::MIN_CHARS).with("max", Username::MAX_CHARS);
    let username_hint = frame.t.message(&bounds);
    frame.render(&UsernamePage { frame, input, user_id: input.user_id(), messages, username_hint })
}
