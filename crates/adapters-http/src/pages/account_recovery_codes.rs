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
use crate::texts::Language;

#[derive(Template)]
#[template(path = "account-recovery-codes.html")]
struct RecoveryCodesPage<'a> {
    frame: Frame<'a>,
    input: &'a FormInput,
    messages: Messages,
    /// How many are left and when they were created, where that was read.
    left: Option<(String, Option<String>)>,
    needs_password: bool,
}

/// New codes, on the only page that ever shows them.
#[derive(Template)]
#[template(path = "codes.html")]
struct NewCodesPage<'a> {
    frame: Frame<'a>,
    sheet: Sheet<'a>,
    /// The address that a browser takes for a file with the sheet.
    file: String,
}

pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let session = match sign_in::require(context, request).await? {
        Ok(session) => session,
        Err(redirect) => return Ok(redirect),
    };
    let codes = RecoveryCodesLeft::read(context, &session).await?;
    let frame = pages.frame(pages.language(request.headers()));
    Ok(frame.render(&RecoveryCodesPage {
        frame,
        input: &FormInput::of(&session.user),
        messages: Messages::default(),
        left: Some((codes.summary(frame.t), codes.created(frame.t))),
        needs_password: !codes.need_no_password(),
    }))
}

/// The page of a form that failed. How many codes are left is not read for it.
pub(super) fn render_again(pages: &Pages, input: &FormInput, messages: Messages, language: Language) -> Response {
    let frame = pages.frame(language);
    frame.render(&RecoveryCodesPage { frame, input, messages, left: None, needs_password: true })
}

/// The page with new codes.
pub(crate) fn new_codes(pages: &Pages, user: &User, issued: &IssuedCodes, language: Language) -> Response {
    let frame = pages.frame(language);
    let sheet = Sheet::new(user, issued, frame.site_name(), &pages.public_origin, frame.t);
    frame.render(&NewCodesPage { frame, file: sheet.file(), sheet })
}
