//! `/reset/{code}`: a new password by a link; and `/reset`, where the code is typed.

use askama::Template;
use doorward_domain::OneTimeCode;
use poem::{Request, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::layout::{Frame, Pages};
use super::messages::Messages;
use super::{links, sign_in};
use crate::context::Context;
use crate::request::state::FormInput;
use crate::response::problem::Problem;
use crate::texts::{Language, Message};

#[derive(Template)]
#[template(path = "reset.html")]
struct ResetPage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    /// The code, as it came with the link or was typed.
    code: &'a str,
    messages: Messages,
    code_hint: String,
    password_hint: String,
}

/// What the query of `/reset` may say.
#[derive(Default, Deserialize)]
struct ResetQuery {
    code: Option<String>,
}

/// Shows the page of a link, which stays as good as it is, or that where its code is typed.
pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let language = pages.language(request.headers());
    let ResetQuery { code: typed } = request.params().unwrap_or_default();
    let code = typed.map_or_else(|| links::code(request), Zeroizing::new);
    if code.trim().is_empty() {
        return Ok(render(pages, &sign_in::empty_form(context, request), Messages::default(), language));
    }
    let user = context.use_cases.reset_password.user_of(&code, &context.client(request)).await;
    let user = user.map_err(|error| links::refused(context, error))?;
    let username = user.username.as_str().to_owned();
    let input = FormInput { username, code: Some(code), ..sign_in::empty_form(context, request) };
    Ok(render(pages, &input, Messages::default(), language))
}

pub(super) fn render(pages: &Pages, input: &FormInput, messages: Messages, language: Language) -> Response {
    let frame = pages.frame(language);
    let code_hint = frame.t.message(&Message::new("code-hint").with("count", OneTimeCode::CHARS));
    let code = input.code.as_ref().map_or("", |code| code.as_str());
    frame.render(&ResetPage { frame, input, code, messages, code_hint, password_hint: pages.password_hint(frame.t) })
}
