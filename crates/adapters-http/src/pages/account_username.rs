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
    sign_in::show_form(context, pages, request, render).await
}

pub(super) fn render(pages: &Pages, input: &FormInput, messages: Messages, language: Language) -> Response {
    let frame = pages.frame(language);
    let bounds = Message::new("characters").with("min", Username::MIN_CHARS).with("max", Username::MAX_CHARS);
    let username_hint = frame.t.message(&bounds);
    frame.render(&UsernamePage { frame, input, user_id: input.user_id(), messages, username_hint })
}
