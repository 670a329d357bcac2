//! The security headers of every response (OWASP ASVS 5.0, 3.4).

use std::mem;

use poem::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::settings::HttpSettings;

/// The headers that every response gets unless it sets them itself. They are made once.
pub(crate) struct SecurityHeaders(HeaderMap);

impl SecurityHeaders {
    pub(crate) fn new(settings: &HttpSettings) -> Self {
        // Browsers hold the redirects that follow a form against `form-action`: a path of this host may belong to an app that
        // leads on to a return origin.
        let origins = settings.return_origins.iter().map(ToString::to_string);
        let targets = std::iter::once("'self'".to_owned()).chain(origins).collect::<Vec<_>>().join(" ");
        let policy = format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action {targets}; \
             base-uri 'none'; frame-ancestors 'none'"
        );
        let mut headers = HeaderMap::from_iter([
            (header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy).expect("origins are ASCII")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ]);
        if settings.public_origin.is_https() {
            let year =
                if settings.hsts_subdomains { "max-age=31536000; includeSubDomains" } else { "max-age=31536000" };
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(year));
        }
        if !settings.trusted_origins.is_empty() {
            headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        }
        Self(headers)
    }

    /// Those of answers that only programs read.
    pub(crate) fn for_programs() -> Self {
        Self(HeaderMap::from_iter([
            (
                header::CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
            ),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ]))
    }

    /// Puts the headers of a response over these. One copy of the map costs less than single insertions.
    pub(crate) fn add(&self, headers: &mut HeaderMap) {
        let mut own = mem::replace(headers, self.0.clone());
        // A page varies by the reader's language, too.
        if let Some(varies_by) = own.remove(header::VARY) {
            headers.append(header::VARY, varies_by);
        }
        headers.extend(own);
    }
}
