//! `/`: the profile, as the guide that the project started from has it, with a link to the account pages.

use askama::Template;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::recovery_codes_left::RecoveryCodesLeft;
use super::sign_in;
use crate::context::Context;
use crate::request::credential::Credential;
use crate::response::problem::Problem;

/// The query that declines the offer of recovery codes for now.
const LATER: &str = "later";

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    frame: Frame<'a>,
    user_id: &'a str,
    username: &'a str,
    /// Whether recovery codes are offered.
    offers_codes: bool,
    /// How many are left, where they are few or one was just used.
    notice: Option<String>,
}

pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let Some(session) = context.session(Credential::of(request)).await? else {
        return Ok(sign_in::redirect_to_sign_in(context, request, None));
    };
    let codes = RecoveryCodesLeft::read(context, &session).await?;
    let frame = pages.frame(pages.language(request.headers()));
    Ok(frame.render(&ProfilePage {
        frame,
        user_id: session.user.id.as_str(),
        username: session.user.username.as_str(),
        offers_codes: codes.need_no_password() && request.uri().query() != Some(LATER),
        notice: codes.notice(frame.t),
    }))
}
