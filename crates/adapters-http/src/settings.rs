//! What the operator decides about HTTP. Where the values come from is the server's business.

use doorward_app::SignUpPolicy;
use ipnet::IpNet;

use crate::origin::Origin;
use crate::site::Site;
use crate::texts::Language;

/// What this adapter needs to be told.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// The origin that people type. Absolute URLs and the `Secure` attribute come from it, never from a request.
    pub public_origin: Origin,
    /// The session cookie.
    pub cookie: CookieSettings,
    /// Other origins that may post here and read the answers.
    pub trusted_origins: Vec<Origin>,
    /// Other origins that `next` may lead to.
    pub return_origins: Vec<Origin>,
    /// Peers whose `X-Forwarded-*` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What the sign-up page tells people they may choose.
    pub sign_up: SignUpPolicy,
    /// How the pages present the operator's site.
    pub site: Site,
    /// The language of the pages; without one, each reader's own.
    pub language: Option<Language>,
    /// What tells this process from others in request ids.
    pub instance: String,
}

/// The session cookie's name and reach.
#[derive(Clone, Debug)]
pub struct CookieSettings {
    /// Its name.
    pub name: String,
    /// The domain that shares it with its subdomains; without one only the host that set it gets it back.
    pub domain: Option<String>,
}
