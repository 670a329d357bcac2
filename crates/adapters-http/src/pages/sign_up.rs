//! `/signup`

use askama::Template;
use doorward_app::SignUpMode;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::links;
use super::messages::Messages;
use super::sign_in;
use crate::context::Context;
use crate::request::state::FormInput;
use crate::response::problem::Problem;
use crate::texts::Language;

#[derive(Template)]
#[template(path = "signup.html")]
struct SignUpPage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    messages: Messages,
    username_hint: String,
    password_hint: String,
    /// The code of an invitation.
    invitation: Invitation<'a>,
}

/// Where a sign-up form has the code of an invitation.
enum Invitation<'a> {
    /// Nowhere.
    None,
    /// In a field that the person does not see: it came with the link.
    Hidden(&'a str),
    /// In a field that the person fills in.
    Field(&'a str),
}

/// The page where sign-up is closed.
#[derive(Template)]
#[template(path = "closed.html")]
struct ClosedPage<'a> {
    frame: Frame<'a>,
    next: Option<&'a str>,
}

/// Shows the page of an invitation's link, which stays as good as it is. A user who is signed in may create an account for
/// another person.
pub(super) async fn show_invited(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let language = pages.language(request.headers());
    if pages.sign_up.mode == SignUpMode::Closed {
        return Ok(render(pages, &FormInput::default(), Messages::default(), language));
    }
    let code = links::code(request);
    let invitation = context.use_cases.links.invitation(&code, &context.client(request)).await;
    let invitation = invitation.map_err(|error| links::refused(context, error))?;
    let username = invitation.username.map(|username| username.as_str().to_owned()).unwrap_or_default();
    let input = FormInput { username, code: Some(code), ..sign_in::empty_form(context, request) };
    Ok(render(pages, &input, Messages::default(), language))
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
    if pages.sign_up.mode == SignUpMode::Closed {
        return frame.render(&ClosedPage { frame, next: input.next.as_deref() });
    }
    let (username_hint, password_hint) = (pages.username_hint(frame.t), pages.password_hint(frame.t));
    let code = input.code.as_ref().map_or("", |code| code.as_str());
    let invitation = match pages.sign_up.mode {
        _ if messages.invitation.is_some() => Invitation::Field(code),
        _ if !code.is_empty() => Invitation::Hidden(code),
        SignUpMode::Invite => Invitation::Field(code),
        SignUpMode::Open | SignUpMode::Closed => Invitation::None,
    };
    frame.render(&SignUpPage { frame, input, messages, username_hint, password_hint, invitation })
}
