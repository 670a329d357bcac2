//! `/account`: the overview of a user's own account.

use askama::Template;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::recovery_codes_left::RecoveryCodesLeft;
use super::sign_in;
use crate::context::Context;
use crate::response::problem::Problem;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    frame: Frame<'a>,
    username: &'a str,
    user_id: &'a str,
    codes: String,
    /// What was just done.
    done: Option<String>,
}

pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let session = match sign_in::require(context, request).await? {
        Ok(session) => session,
        Err(redirect) => return Ok(redirect),
    };
    let codes = RecoveryCodesLeft::read(context, &session).await?;
    let frame = pages.frame(pages.language(request.headers()));
    Ok(frame.render(&AccountPage {
        frame,
        username: session.user.username.as_str(),
        user_id: session.user.id.as_str(),
        codes: codes.summary(frame.t),
        done: sign_in::done(request, frame.t),
    }))
}
