//! What the pages of sign-up, sign-in, recovery and account share: who may see them, and where `next` leads.

use doorward_app::ValidSession;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use poem::{Request, Response};
use serde::Deserialize;

use crate::context::Context;
use crate::request::credential::Credential;
use crate::request::state::FormInput;
use crate::response::meta::found;
use crate::response::problem::Problem;

/// Encodes all but letters, digits and hyphens in a query value.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// What a page's query may say.
#[derive(Default, Deserialize)]
struct PageQuery {
    next: Option<String>,
    done: Option<String>,
}

/// Reads the query. One that cannot be read says nothing.
fn query(request: &Request) -> PageQuery {
    request.params().unwrap_or_default()
}

fn next(context: &Context, request: &Request) -> Option<String> {
    query(request).next.and_then(|next| context.return_target(&next))
}

/// The word of the query that says what was just done.
pub(super) fn done(request: &Request) -> Option<String> {
    query(request).done
}

/// A form with nothing typed yet.
pub(super) fn empty_form(context: &Context, request: &Request) -> FormInput {
    FormInput { next: next(context, request), ..FormInput::default() }
}

/// Where a signed-in user is sent on to; `None` where the request proves no session.
pub(super) async fn redirect_signed_in(context: &Context, request: &Request) -> Result<Option<Response>, Problem> {
    let session = context.session(Credential::of(request)).await?;
    Ok(session.map(|_| found(next(context, request).as_deref().unwrap_or("/"))))
}

/// The session of a request for an account page, or the redirect to the sign-in page, which leads back.
pub(super) async fn require(context: &Context, request: &Request) -> Result<Result<ValidSession, Response>, Problem> {
    let session = context.session(Credential::of(request)).await?;
    Ok(session.ok_or_else(|| {
        let back = utf8_percent_encode(request.uri().path(), QUERY_VALUE);
        found(&format!("/login?next={back}"))
    }))
}
