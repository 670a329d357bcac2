//! `/account/username`

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
    let username_hint = pages.username_hint(frame.t);
    frame.render(&UsernamePage { frame, input, user_id: input.user_id(), messages, username_hint })
}
