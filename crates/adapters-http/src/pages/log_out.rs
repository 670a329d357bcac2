//! `/logout`: asks before it signs out, for links from apps. To sign out by a GET would let any site do it.

use askama::Template;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::sign_in;
use crate::context::Context;
use crate::request::credential::Credential;
use crate::request::state::FormInput;
use crate::response::meta::found;
use crate::response::problem::Problem;

#[derive(Template)]
#[template(path = "logout.html")]
struct LogOutPage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    user_id: &'a str,
}

/// Shows the page. A visitor who is signed out is sent on.
pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let input = sign_in::empty_form(context, request);
    let Some(session) = context.session(Credential::of(request)).await? else {
        return Ok(found(input.next.as_deref().unwrap_or("/login")));
    };
    let frame = pages.frame(pages.language(request.headers()));
    let username = session.user.username.as_str().to_owned();
    let input = FormInput { username, ..input };
    Ok(frame.render(&LogOutPage { frame, input: &input, user_id: session.user.id.as_str() }))
}
