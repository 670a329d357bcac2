//! `/account/password`

use askama::Template;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::messages::Messages;
use super::sign_in;
use crate::context::Context;
use crate::response::problem::Problem;
use crate::texts::Language;

#[derive(Template)]
#[template(path = "account-password.html")]
struct PasswordPage<'a> {
    frame: Frame<'a>,
    user_id: &'a str,
    username: &'a str,
    messages: Messages,
    password_hint: String,
}

pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    Ok(match sign_in::require(context, request).await? {
        Ok(session) => {
            let language = pages.language(request.headers());
            let user = (session.user.username.as_str(), session.user.id.as_str());
            render(pages, user, Messages::default(), language)
        }
        Err(redirect) => redirect,
    })
}

pub(super) fn render(
    pages: &Pages,
    (username, user_id): (&str, &str),
    messages: Messages,
    language: Language,
) -> Response {
    let frame = pages.frame(language);
    frame.render(&PasswordPage { frame, user_id, username, messages, password_hint: pages.password_hint(frame.t) })
}
