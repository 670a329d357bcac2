//! `/account/recovery-codes`, and the page that shows new codes.

use askama::Template;
use doorward_app::IssuedCodes;
use doorward_domain::User;
use poem::{Request, Response};

use super::layout::{Frame, Pages};
use super::messages::Messages;
use super::recovery_codes_left::RecoveryCodesLeft;
use super::sheet::Sheet;
use super::sign_in;
use crate::context::Context;
use crate::request::state::FormInput;
use crate::response::problem::Problem;
use crate::response::time::Moment;
use crate::texts::Language;

#[derive(Template)]
#[template(path = "account-recovery-codes.html")]
struct RecoveryCodesPage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    user_id: &'a str,
    messages: Messages,
    /// How many are left and when they were created, where that was read.
    left: Option<(String, Option<Moment>)>,
    needs_password: bool,
    /// Whether there are codes that the new ones replace, where that was read.
    replaces: bool,
}

/// New codes, on the only page that ever shows them.
#[derive(Template)]
#[template(path = "codes.html")]
struct NewCodesPage<'a> {
    frame: Frame<'a>,
    sheet: Sheet<'a>,
    /// The address that a browser takes for a file with the sheet.
    file: String,
    user_id: &'a str,
    /// The link that leads on.
    next: &'a str,
    way_on: String,
}

/// The offer of codes after a sign-up, on the way to the app.
#[derive(Template)]
#[template(path = "offer.html")]
struct OfferPage<'a> {
    frame: Frame<'a>,
    user_id: &'a str,
    next: &'a str,
}

/// The path of the offer on the way to `next`.
pub(crate) fn offer(next: &str) -> String {
    format!("/account/recovery-codes?{}", sign_in::next_parameter(next))
}

pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let session = match sign_in::require(context, request).await? {
        Ok(session) => session,
        Err(redirect) => return Ok(redirect),
    };
    let codes = RecoveryCodesLeft::read(context, &session).await?;
    let frame = pages.frame(pages.language(request.headers()));
    let next = sign_in::next(context, request);
    if let Some(next) = next.as_deref().filter(|_| codes.need_no_password()) {
        return Ok(frame.render(&OfferPage { frame, user_id: session.user.id.as_str(), next }));
    }
    Ok(frame.render(&RecoveryCodesPage {
        frame,
        input: &FormInput { next, ..FormInput::of(&session.user) },
        user_id: session.user.id.as_str(),
        messages: Messages::default(),
        left: Some((codes.summary(frame.t), codes.created())),
        needs_password: !codes.need_no_password(),
        replaces: codes.any(),
    }))
}

/// The page of a form that failed. How many codes are left is not read for it.
pub(super) fn render_again(pages: &Pages, input: &FormInput, messages: Messages, language: Language) -> Response {
    let frame = pages.frame(language);
    frame.render(&RecoveryCodesPage {
        frame,
        input,
        user_id: input.user_id(),
        messages,
        left: None,
        needs_password: true,
        replaces: true,
    })
}

/// The page with new codes, which leads on to `next`, else to the account.
pub(crate) fn new_codes(
    pages: &Pages,
    user: &User,
    issued: &IssuedCodes,
    next: Option<&str>,
    language: Language,
) -> Response {
    let frame = pages.frame(language);
    let way_on = if next.is_some() { frame.t.say("continue") } else { frame.t.say("back-to-account") };
    let sheet = Sheet::new(user, issued, frame.site_name(), &pages.public_origin, frame.t);
    frame.render(&NewCodesPage {
        frame,
        user_id: user.id.as_str(),
        file: sheet.file(),
        sheet,
        next: next.unwrap_or("/account"),
        way_on,
    })
}
