//! The operator's settings for HTTP, as the server passes them in.

use std::time::Duration;

use doorward_app::SignUpPolicy;
use ipnet::IpNet;
use poem::http::HeaderMap;

use crate::origin::Origin;
use crate::return_origin::ReturnOrigin;
use crate::site::Site;
use crate::texts::Language;

/// The settings of the HTTP adapter.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// The public origin. Absolute URLs and the `Secure` attribute come from it, never from a request.
    pub public_origin: Origin,
    /// Whether `Strict-Transport-Security` also covers the subdomains of the public origin's host.
    pub hsts_subdomains: bool,
    /// The session cookie.
    pub cookie: CookieSettings,
    /// The app that users come from, where the operator names one.
    pub app: Option<App>,
    /// Other origins that may send POST requests and read the responses.
    pub trusted_origins: Vec<Origin>,
    /// Other origins that `next` may lead to.
    pub return_origins: Vec<ReturnOrigin>,
    /// Peers whose `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The rules for new accounts, for the hints on the sign-up page.
    pub sign_up: SignUpPolicy,
    /// The operator's name, colour and logo on the pages.
    pub site: Site,
    /// The language of the pages; without one, each reader's own.
    pub language: Option<Language>,
    /// The name of this process in request ids.
    pub instance: String,
}

impl HttpSettings {
    /// The language of an answer to a request with these headers.
    pub(crate) fn language_for(&self, headers: &HeaderMap) -> Language {
        self.language.unwrap_or_else(|| Language::preferred(headers))
    }
}

/// The app that users come from and go back to.
#[derive(Clone, Debug)]
pub struct App {
    /// Where it is, as a `Location`: a path on the public origin, or a URL. A sign-in without `next` leads there.
    pub location: String,
    /// Its name, for the link back to it.
    pub name: String,
}

/// The session cookie's name and reach.
#[derive(Clone, Debug)]
pub struct CookieSettings {
    /// The cookie's name.
    pub name: String,
    /// The domain that shares the cookie with its subdomains; without one, browsers send it to this host only.
    pub domain: Option<String>,
}

impl CookieSettings {
    /// How long browsers keep the session cookie: a year, the guide's `expires: false`. The server alone decides when the
    /// session expires.
    pub const LIFETIME: Duration = Duration::from_hours(365 * 24);
}
