//! What the pages of sign-up, sign-in, recovery and account share: who may see them, and where `next` leads.

use doorward_app::ValidSession;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use poem::http::header;
use poem::http::uri::PathAndQuery;
use poem::{Request, Response};
use serde::Deserialize;
use url::Url;

use super::layout::Pages;
use super::messages::Messages;
use crate::context::Context;
use crate::origin::Origin;
use crate::request::client;
use crate::request::credential::Credential;
use crate::request::state::FormInput;
use crate::response::landing::Notice;
use crate::response::meta::found;
use crate::response::problem::Problem;
use crate::texts::{Language, Texts};

/// Encodes all but letters, digits and hyphens in a query value.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// What a page's query may say.
#[derive(Default, Deserialize)]
struct PageQuery {
    next: Option<String>,
    done: Option<String>,
    cookie: Option<String>,
}

/// The value of `cookie` in the sign-in page's query for a browser that did not keep the cookie.
const MISSING: &str = "missing";

/// The paths of pages with a form that signs in. The forms' actions show such a page again after a failure.
const FORM_PATHS: [&str; 6] = ["/login", "/signup", "/recover", "/api/login", "/api/signup", "/api/recover"];

/// Reads the query. One that cannot be read says nothing.
fn query(request: &Request) -> PageQuery {
    request.params().unwrap_or_default()
}

/// Where the query's `next` leads; `None` where it names no target.
pub(super) fn next(context: &Context, request: &Request) -> Option<String> {
    query(request).next.and_then(|next| context.return_target(&next))
}

/// What was just done, as the query says it.
pub(super) fn done(request: &Request, t: &Texts) -> Option<String> {
    let notice = query(request).done.and_then(|word| Notice::read(request.uri().path(), &word));
    notice.map(|notice| t.message(&notice.message()))
}

/// Whether the query says that the browser did not keep the cookie.
pub(super) fn is_cookie_missing(request: &Request) -> bool {
    query(request).cookie.as_deref() == Some(MISSING)
}

/// The path of the sign-in page that sends a signed-in user on to `next`, and tells others that the cookie is missing.
pub(crate) fn path_with_cookie_check(next: &str) -> String {
    path_of_sign_in(Some(next), true)
}

/// A `next` as a parameter of a query.
pub(super) fn next_parameter(next: &str) -> String {
    format!("next={}", utf8_percent_encode(next, QUERY_VALUE))
}

fn path_of_sign_in(next: Option<&str>, is_cookie_missing: bool) -> String {
    let next = next.map(next_parameter);
    let missing = is_cookie_missing.then(|| format!("cookie={MISSING}"));
    let query: Vec<String> = next.into_iter().chain(missing).collect();
    if query.is_empty() { "/login".to_owned() } else { format!("/login?{}", query.join("&")) }
}

/// The redirect to the sign-in page, which leads back to `next`.
pub(super) fn redirect_to_sign_in(context: &Context, request: &Request, next: Option<&str>) -> Response {
    found(&path_of_sign_in(next, has_lost_cookie(context, request)))
}

/// Whether a request without a session follows a form that signs in, and has none of the cookies that the form's answer sets.
/// `Referer` is the form's page also after a redirect.
fn has_lost_cookie(context: &Context, request: &Request) -> bool {
    let has_cookie = !Credential::of(request).cookie_tokens(&context.session_cookie).is_empty()
        || !context.device_cookie.tokens(request.headers()).is_empty();
    let Some(page) = request.header(header::REFERER).and_then(|referer| Url::parse(referer).ok()) else { return false };
    let is_own = Origin::of(&page) == client::own_origin(request, &context.settings.trusted_proxies);
    !has_cookie && is_own && FORM_PATHS.contains(&page.path())
}

/// A form with nothing typed yet.
pub(super) fn empty_form(context: &Context, request: &Request) -> FormInput {
    FormInput { next: next(context, request), ..FormInput::default() }
}

/// Where a signed-in user is sent on to; `None` where the request proves no session.
pub(super) async fn redirect_signed_in(context: &Context, request: &Request) -> Result<Option<Response>, Problem> {
    let session = context.session(Credential::of(request)).await?;
    Ok(session.map(|_| found(next(context, request).as_deref().unwrap_or(context.home()))))
}

/// The session of a request for an account page, or the redirect to the sign-in page, which leads back.
pub(super) async fn require(context: &Context, request: &Request) -> Result<Result<ValidSession, Response>, Problem> {
    let session = context.session(Credential::of(request)).await?;
    let page = request.uri().path_and_query().map_or(request.uri().path(), PathAndQuery::as_str);
    Ok(session.ok_or_else(|| redirect_to_sign_in(context, request, Some(page))))
}

/// An account page with nothing typed yet, drawn by `render` in the reader's language; the redirect to the sign-in page
/// where the request proves no session.
pub(super) async fn show_form(
    context: &Context,
    pages: &Pages,
    request: &Request,
    render: impl FnOnce(&Pages, &FormInput, Messages, Language) -> Response,
) -> Result<Response, Problem> {
    Ok(match require(context, request).await? {
        Ok(session) => {
            let input = FormInput { next: next(context, request), ..FormInput::of(&session.user) };
            render(pages, &input, Messages::default(), pages.language(request.headers()))
        }
        Err(redirect) => redirect,
    })
}
