//! Opens the parsers of untrusted input for the fuzz targets in `tests/fuzz`. Only the feature `fuzzing` compiles it.

use std::net::IpAddr;

use doorward_app::SignUpPolicy;
use doorward_domain::SessionToken;
use ipnet::IpNet;
use poem::http::uri::Scheme;
use poem::http::{HeaderMap, HeaderValue, Method};
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Body, Request};

use crate::origin::Origin;
use crate::pipeline::cross_origin;
use crate::request::cookie::SessionCookie;
use crate::request::credential::Credential;
use crate::request::fields::{self, BodyType, Fields};
use crate::request::response_mode::ResponseMode;
use crate::request::{client, return_to};
use crate::return_origin::ReturnOrigin;
use crate::settings::{CookieSettings, HttpSettings};
use crate::site::Site;

/// The tokens that a request's head presents, in the order in which they count.
#[must_use]
pub fn presented_tokens(cookie: &CookieSettings, headers: HeaderMap) -> Vec<SessionToken> {
    let request = request(ANY_PEER, Method::GET, headers);
    Credential::of(&request).tokens(&SessionCookie::new(cookie.clone(), true))
}

/// The value of the request's `Authorization: Bearer`, where it has one.
#[must_use]
pub fn bearer(headers: HeaderMap) -> Option<String> {
    Credential::of(&request(ANY_PEER, Method::GET, headers)).bearer().map(str::to_owned)
}

/// The `Set-Cookie` that hands a token out.
#[must_use]
pub fn issued_cookie(cookie: &CookieSettings, token: &SessionToken) -> HeaderValue {
    SessionCookie::new(cookie.clone(), true).issue(token, doorward_domain::Timestamp::MIN)
}

/// The fields of a body in their order, each with its text where it is one.
pub type BodyFields = Vec<(String, Option<String>)>;

/// The fields of a body, or why it has none. `None` for a type that carries no fields.
#[must_use]
pub fn fields(content_type: &str, body: &[u8]) -> Option<Result<BodyFields, String>> {
    let body_type = BodyType::parse(content_type)?;
    let owned = |fields: Fields| {
        fields.iter().map(|(name, text)| (name.to_owned(), text.map(str::to_owned))).collect::<BodyFields>()
    };
    Some(fields::parse(&body_type, body).map(owned).map_err(|malformed| malformed.to_string()))
}

/// The address of the client behind a peer.
#[must_use]
pub fn client_address(peer: IpAddr, headers: HeaderMap, trusted_proxies: &[IpNet]) -> Option<IpAddr> {
    client::address(&request(peer, Method::GET, headers), trusted_proxies)
}

/// The origin that a request was sent to.
#[must_use]
pub fn own_origin(peer: IpAddr, headers: HeaderMap, trusted_proxies: &[IpNet]) -> Option<Origin> {
    client::own_origin(&request(peer, Method::GET, headers), trusted_proxies)
}

/// Whether a request with this head, from a peer that is no proxy, may change something.
#[must_use]
pub fn may_change(headers: HeaderMap, public_origin: &Origin, trusted_origins: &[Origin]) -> bool {
    let settings = HttpSettings {
        public_origin: public_origin.clone(),
        app: None,
        hsts_subdomains: false,
        cookie: CookieSettings { name: "auth_session".into(), domain: None },
        trusted_origins: trusted_origins.to_vec(),
        return_origins: Vec::new(),
        trusted_proxies: Vec::new(),
        sign_up: SignUpPolicy::default(),
        site: Site::default(),
        language: None,
        instance: String::new(),
    };
    cross_origin::check(&request(ANY_PEER, Method::POST, headers), &settings).is_ok()
}

/// The `Location` for a `next`, where its target is allowed.
#[must_use]
pub fn location(next: &str, public_origin: &Origin, return_origins: &[ReturnOrigin]) -> Option<String> {
    return_to::location(next, public_origin, return_origins)
}

/// Which way of answering a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Redirects and pages.
    Page,
    /// JSON throughout.
    Json,
    /// Redirects, and errors as JSON.
    FormFetch,
}

/// Which way of answering a request with this head asks for.
#[must_use]
pub fn wanted_answer(headers: &HeaderMap) -> Answer {
    match ResponseMode::of_headers(headers) {
        ResponseMode::Page => Answer::Page,
        ResponseMode::Json => Answer::Json,
        ResponseMode::FormFetch => Answer::FormFetch,
    }
}

/// An arbitrary peer (TEST-NET-1, RFC 5737).
const ANY_PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

/// Poem's builder sets no peer, so the request is made from hyper's parts.
fn request(peer: IpAddr, method: Method, headers: HeaderMap) -> Request {
    let mut bare = poem::http::Request::new(());
    *bare.method_mut() = method;
    *bare.headers_mut() = headers;
    let (bare, ()) = bare.into_parts();
    let remote = RemoteAddr(Addr::SocketAddr((peer, 0).into()));
    Request::from_parts((bare, LocalAddr::default(), remote, Scheme::HTTP).into(), Body::empty())
}
