//! The origins that users may be led back to.

use std::fmt;
use std::str::FromStr;

use crate::origin::{InvalidOrigin, Origin};

/// What precedes the domain whose subdomains are meant.
const WILDCARD: &str = "*.";

/// An origin, or every origin of a domain's subdomains with one scheme and port, such as `https://*.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReturnOrigin {
    /// This origin alone.
    One(Origin),
    /// Every subdomain of this origin's domain, at any depth, with its scheme and port. The domain itself is none.
    SubdomainsOf(Origin),
}

impl ReturnOrigin {
    /// Whether users may be led to this origin.
    #[must_use]
    pub fn matches(&self, origin: &Origin) -> bool {
        match self {
            Self::One(one) => origin == one,
            Self::SubdomainsOf(base) => origin.is_subdomain_of(base),
        }
    }
}

impl fmt::Display for ReturnOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(origin) => origin.fmt(f),
            Self::SubdomainsOf(base) => f.write_str(&base.to_string().replacen("://", &format!("://{WILDCARD}"), 1)),
        }
    }
}

impl FromStr for ReturnOrigin {
    type Err = InvalidOrigin;

    /// Reads an origin, with `*.` before its domain where all subdomains are meant.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wildcard = text.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix(WILDCARD)?)));
        let Some((scheme, rest)) = wildcard else { return text.parse().map(Self::One) };
        let base: Origin = format!("{scheme}://{rest}").parse()?;
        if base.has_domain() { Ok(Self::SubdomainsOf(base)) } else { Err(InvalidOrigin) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(listed: &str, origin: &str) -> bool {
        let listed: ReturnOrigin = listed.parse().expect("a return origin");
        origin.parse().is_ok_and(|origin| listed.matches(&origin))
    }

    #[test]
    fn a_wildcard_matches_subdomains_at_its_scheme_and_port() {
        for origin in
            ["https://a.example.com", "https://a.b.example.com", "https://A.EXAMPLE.com:443", "https://ä.example.com"]
        {
            assert!(matches("https://*.example.com", origin), "{origin}");
        }
        for origin in [
            "https://example.com",
            "https://evilexample.com",
            "https://a.evilexample.com",
            "https://example.com.evil.example",
            "https://a.example.com.evil.example",
            "https://a.example.org",
            "https://a.example.com:8443",
            "http://a.example.com",
            "https://a.example.com.",
            "https://.example.com",
            "https://a..example.com",
            "https://a.example.com@evil.example",
            "https://evil.example#.example.com",
            "https://evil.example?.example.com",
            "https://evil.example\\.example.com",
            "https://*.example.com",
            "https://127.0.0.1",
        ] {
            assert!(!matches("https://*.example.com", origin), "{origin}");
        }
        assert!(matches("http://*.example.com:8080", "http://a.example.com:8080"));
        assert!(matches("https://*.bücher.example", "https://a.xn--bcher-kva.example"));
    }

    #[test]
    fn an_origin_without_a_wildcard_matches_itself_alone() {
        assert!(matches("https://app.example.com/", "https://app.example.com"));
        assert!(!matches("https://app.example.com", "https://a.app.example.com"));
    }

    #[test]
    fn a_wildcard_stands_only_for_the_first_labels_of_a_domain() {
        for text in ["https://*", "https://*.", "https://*.127.0.0.1", "https://*.[::1]", "https://*example.com"]
            .into_iter()
            .chain(["https://a.*.example.com", "https://*.*.example.com", "*.example.com", "https://*.example.com/a"])
            .chain(["https://*.a@example.com", "https://*.example.com:*", "https://*.*"])
        {
            assert!(text.parse::<ReturnOrigin>().is_err(), "{text}");
        }
        for text in ["https://*.example.com", "http://*.example.com:8080", "https://app.example.com"] {
            assert_eq!(text.parse::<ReturnOrigin>().expect("a return origin").to_string(), text);
        }
    }
}
