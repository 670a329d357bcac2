//! Origins (RFC 6454): scheme, host and port, compared after parsing.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use url::Url;

/// The origin of an http or https URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(url::Origin);

impl Origin {
    /// The origin of a URL; `None` for one that is not http or https.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        matches!(url.scheme(), "http" | "https").then(|| Self(url.origin()))
    }

    /// Whether the scheme is https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        matches!(&self.0, url::Origin::Tuple(scheme, ..) if scheme == "https")
    }

    /// Whether the host is this machine, where plain http is no risk.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match &self.0 {
            url::Origin::Tuple(_, url::Host::Domain(name), _) => name == "localhost" || name.ends_with(".localhost"),
            url::Origin::Tuple(_, url::Host::Ipv4(address), _) => address.is_loopback(),
            url::Origin::Tuple(_, url::Host::Ipv6(address), _) => address.is_loopback(),
            url::Origin::Opaque(_) => false,
        }
    }

    /// The host where it is a domain name, in lower case; `None` for an IP address.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        match &self.0 {
            url::Origin::Tuple(_, url::Host::Domain(host), _) => Some(host),
            _ => None,
        }
    }

    /// Whether its host is this domain or one of its subdomains (RFC 6265, 5.1.3).
    #[must_use]
    pub fn is_within(&self, domain: &str) -> bool {
        let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
        let above = self.domain().and_then(|host| host.strip_suffix(&domain)).filter(|_| !domain.is_empty());
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    }

    /// Whether its host is a name, not an IP address.
    pub(crate) fn has_domain(&self) -> bool {
        matches!(&self.0, url::Origin::Tuple(_, url::Host::Domain(_), _))
    }

    /// Whether both have the same scheme and port, and its domain is that of the other with labels before it.
    pub(crate) fn is_subdomain_of(&self, other: &Self) -> bool {
        use url::{Host, Origin};
        let (
            Origin::Tuple(scheme, Host::Domain(name), port),
            Origin::Tuple(other_scheme, Host::Domain(domain), other_port),
        ) = (&self.0, &other.0)
        else {
            return false;
        };
        let mut labels = name.rsplit('.');
        let ends_with_domain = domain.rsplit('.').all(|label| labels.next() == Some(label));
        let mut labels = labels.peekable();
        (scheme, port) == (other_scheme, other_port)
            && ends_with_domain
            && labels.peek().is_some()
            && labels.all(|label| !label.is_empty())
    }

    /// Whether both have the same host, at any port.
    #[must_use]
    pub fn has_host_of(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (url::Origin::Tuple(_, host, _), url::Origin::Tuple(_, of_other, _)) => host == of_other,
            _ => false,
        }
    }

    /// Its root as a URL, to resolve paths against.
    pub(crate) fn url(&self) -> Url {
        Url::parse(&self.0.ascii_serialization()).expect("an http origin's serialization is a URL")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.ascii_serialization())
    }
}

impl FromStr for Origin {
    type Err = InvalidOrigin;

    /// Reads `scheme://host` or `scheme://host:port`, with at most one slash after it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (scheme, authority) = text.split_once("://").ok_or(InvalidOrigin)?;
        // The URL parser accepts more than RFC 6454, 7 allows.
        let plain = !authority.contains(['/', '\\', '?', '#', '@', '*']) && authority.chars().all(|c| c > ' ');
        let url = Url::parse(text).map_err(|_| InvalidOrigin)?;
        // `https:host://x` is a URL of `host`, too.
        let plain = plain && url.scheme().eq_ignore_ascii_case(scheme);
        if plain { Self::of(&url).ok_or(InvalidOrigin) } else { Err(InvalidOrigin) }
    }
}

/// A text is no http or https origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not an origin such as https://example.com")]
pub struct InvalidOrigin;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn origin(text: &str) -> Origin {
        text.parse().expect("an origin")
    }

    #[test]
    fn origins_are_equal_when_scheme_host_and_port_are() {
        assert_eq!(origin("https://example.com"), origin("HTTPS://EXAMPLE.COM:443"));
        assert_eq!(origin("http://[::1]:80"), origin("http://[0:0:0:0:0:0:0:1]"));
        for other in
            ["http://example.com", "https://example.com:444", "https://example.com.evil.org", "https://xample.com"]
        {
            assert_ne!(origin("https://example.com"), origin(other));
        }
    }

    #[test]
    fn other_texts_are_no_origins() {
        for text in ["null", "", "example.com", "file:///etc", "https://", "https://a@b", "https://example.com/path"]
            .into_iter()
            .chain(["https://example.com?x", "https://example.com#x", "https://exa mple.com", "javascript:alert(1)"])
            .chain(["https://example.com\\", "https://example.com:99999", "https:example.com", "https:///example.com"])
            .chain(["https:example.com://x", "https:/example.com://"])
        {
            assert!(text.parse::<Origin>().is_err(), "{text}");
        }
    }

    #[test]
    fn loopback_names_are_this_machine() {
        for text in ["http://localhost:8080", "http://127.0.0.1", "http://[::1]", "http://app.localhost"] {
            assert!(origin(text).is_loopback(), "{text}");
        }
        assert!(!origin("http://localhost.example.com").is_loopback());
    }

    #[test]
    fn a_host_belongs_to_its_domain_and_the_parent_domains() {
        for domain in ["login.example.com", "example.com", ".Example.com", "com"] {
            assert!(origin("https://login.example.com").is_within(domain), "{domain}");
        }
        for domain in ["ample.com", "example.org", "x.login.example.com"] {
            assert!(!origin("https://login.example.com").is_within(domain), "{domain}");
        }
        assert!(!origin("http://127.0.0.1").is_within("0.0.1"));
        for nothing in ["", "."] {
            assert!(!origin("https://example.com.").is_within(nothing), "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_origin_or_refused_and_an_origin_reads_back(text in ".{0,60}") {
            if let Ok(origin) = text.parse::<Origin>() {
                prop_assert_eq!(origin.to_string().parse::<Origin>(), Ok(origin));
            }
        }
    }
}
