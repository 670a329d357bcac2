//! The headers that keep browsers from doing what nobody asked them to (OWASP ASVS 5.0, 3.4).

use std::collections::BTreeSet;

use poem::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::settings::HttpSettings;

/// The headers that every answer gets, made once.
pub(crate) struct SecurityHeaders(Vec<(HeaderName, HeaderValue)>);

impl SecurityHeaders {
    pub(crate) fn new(settings: &HttpSettings) -> Self {
        // Browsers hold a form to `form-action` in the redirects that follow it, too.
        let others: BTreeSet<String> =
            settings.trusted_origins.iter().chain(&settings.return_origins).map(ToString::to_string).collect();
        let targets: Vec<String> = std::iter::once("'self'".to_owned()).chain(others).collect();
        let policy = format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action {}; base-uri 'none'; \
             frame-ancestors 'none'",
            targets.join(" ")
        );
        let policy = HeaderValue::try_from(policy).expect("origins are ASCII");
        let mut headers = vec![
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
            (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
            (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
            (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        ];
        if settings.public_origin.is_https() {
            headers.push((header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")));
        }
        if !settings.trusted_origins.is_empty() {
            headers.push((header::VARY, HeaderValue::from_static("Origin")));
        }
        Self(headers)
    }

    /// Adds the headers, and keeps the answer out of every cache unless it says otherwise itself.
    pub(crate) fn add(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.0 {
            headers.insert(name.clone(), value.clone());
        }
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}
