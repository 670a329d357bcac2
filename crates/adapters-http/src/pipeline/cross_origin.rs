//! The check of the origin of requests that change something: the rule of Go's `net/http.CrossOriginProtection`, after
//! exceptions for bearer tokens and trusted origins.

use std::fmt;

use poem::Request;
use poem::http::{Method, header};

use crate::api::log_out;
use crate::origin::Origin;
use crate::pipeline::log_text::shortened;
use crate::request::client;
use crate::request::credential::Credential;
use crate::response::problem::{Problem, ProblemKind};
use crate::settings::HttpSettings;
use crate::texts::Message;

/// Whether a method changes nothing (RFC 9110, 9.2.1).
pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Lets a request pass, or refuses it as [`ProblemKind::CrossOrigin`].
pub(crate) fn check(request: &Request, settings: &HttpSettings) -> Result<(), Problem> {
    if is_safe(request.method()) || passes(request, settings) {
        Ok(())
    } else {
        let expected = &settings.public_origin;
        let advice = Message::new("open-at").with("url", expected.to_string());
        // The usual cause is a wrong public URL, which only the operator can see.
        let cause = format!("it came from {}, and the public URL is {expected}", the_origin(request));
        Err(Problem::new(ProblemKind::CrossOrigin).detail(advice).caused_by(cause))
    }
}

/// The contract's steps, in their order.
fn passes(request: &Request, settings: &HttpSettings) -> bool {
    let (headers, origin) = (request.headers(), the_origin(request));
    let own = client::own_origin(request, &settings.trusted_proxies);
    let is_own = matches!(&origin, TheOrigin::One(origin) if own.as_ref() == Some(origin));
    if is_own && !own.is_some_and(|own| is_served(&own, request, settings)) {
        return false;
    }
    if Credential::of(request).bearer().is_some() && !headers.contains_key(header::COOKIE) {
        return true;
    }
    if matches!(&origin, TheOrigin::One(origin) if settings.trusted_origins.contains(origin)) {
        return true;
    }
    // An app that users are led back to may have a form to sign out. It can do no more harm than that.
    let signs_out = *request.method() == Method::POST && request.uri().path() == log_out::PATH;
    let may_return = |origin| settings.return_origins.iter().any(|listed| listed.matches(origin));
    if signs_out && matches!(&origin, TheOrigin::One(origin) if may_return(origin)) {
        return true;
    }
    let mut sites = headers.get_all("sec-fetch-site").iter().peekable();
    if sites.peek().is_some() {
        return sites.all(|site| site == "same-origin" || site == "none");
    }
    match origin {
        TheOrigin::Absent => true,
        TheOrigin::One(origin) => is_own || origin == settings.public_origin,
        TheOrigin::Unusable => false,
    }
}

/// Whether pages of this origin, which the request was sent to, are pages of this server. By DNS rebinding another site can
/// be sent to this server under its own name, so beside a public URL that is not loopback a name counts where a trusted
/// proxy forwards it. A plain http page of an https site keeps no cookie and is none, either.
fn is_served(own: &Origin, request: &Request, settings: &HttpSettings) -> bool {
    let public = &settings.public_origin;
    let keeps_cookies = own.is_https() || !public.is_https();
    own == public
        || own.is_loopback()
        || public.is_loopback()
        || settings.trusted_origins.contains(own)
        || (keeps_cookies && client::is_from_trusted_proxy(request, &settings.trusted_proxies))
}

/// The `Origin` header of a request.
enum TheOrigin {
    Absent,
    One(Origin),
    /// `null`, unparsable or repeated.
    Unusable,
}

impl fmt::Display for TheOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("a page that does not say where it is"),
            Self::One(origin) => f.write_str(shortened(&origin.to_string())),
            Self::Unusable => f.write_str("an origin that cannot be read"),
        }
    }
}

fn the_origin(request: &Request) -> TheOrigin {
    let mut values = request.headers().get_all(header::ORIGIN).iter();
    match (values.next(), values.next()) {
        (None, _) => TheOrigin::Absent,
        (Some(value), None) => {
            // A setting may end with a slash, an `Origin` header never does.
            let text = value.to_str().ok().filter(|text| !text.ends_with('/'));
            text.and_then(|text| text.parse().ok()).map_or(TheOrigin::Unusable, TheOrigin::One)
        }
        (Some(_), Some(_)) => TheOrigin::Unusable,
    }
}

/// The trusted origin that a request comes from, if any.
pub(crate) fn trusted_origin<'a>(request: &Request, settings: &'a HttpSettings) -> Option<&'a Origin> {
    let TheOrigin::One(origin) = the_origin(request) else { return None };
    settings.trusted_origins.iter().find(|trusted| **trusted == origin)
}

/// The origin that a request comes from, where it is neither this server's nor a trusted one.
pub(crate) fn unlisted_origin(request: &Request, settings: &HttpSettings) -> Option<Origin> {
    let TheOrigin::One(origin) = the_origin(request) else { return None };
    let own = client::own_origin(request, &settings.trusted_proxies);
    let is_known =
        origin == settings.public_origin || own.as_ref() == Some(&origin) || settings.trusted_origins.contains(&origin);
    (!is_known).then_some(origin)
}
