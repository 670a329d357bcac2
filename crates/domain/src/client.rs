//! The client of a request, as far as a server can tell: an address, and the name of the browser or program.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::text;

/// The client of a request. It proves nothing: it is for the throttle, and helps users to recognise their devices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Its address; `None` where the connection has none.
    pub address: Option<IpAddr>,
    /// Its `User-Agent`; `None` where it sends none.
    pub user_agent: Option<UserAgent>,
}

/// The `User-Agent` of a client (RFC 9110, 10.1.5), cut to a length that a list can show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAgent(String);

impl UserAgent {
    /// The most characters that are kept. Browsers send some 120.
    pub const MAX_CHARS: usize = 256;

    /// Reads what a client sent. Invisible characters are left out, and a long text is cut. `None` where nothing is left.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let kept: String = raw.trim().chars().filter(|c| text::shows(*c)).take(Self::MAX_CHARS).collect();
        (!kept.is_empty()).then_some(Self(kept))
    }

    /// Takes back a text that a store holds.
    #[must_use]
    pub fn restore(stored: String) -> Self {
        Self(stored)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The addresses that count as one client: a single one of IPv4, a /64 of IPv6, which is the least that one customer gets
/// (RFC 6177). IPv4-mapped IPv6 addresses count as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressBlock(IpAddr);

impl AddressBlock {
    /// The block that an address is in. All clients without an address share one that no address is in.
    #[must_use]
    pub fn of(address: Option<IpAddr>) -> Self {
        let Some(address) = address else { return Self(Ipv6Addr::UNSPECIFIED.into()) };
        Self(match address.to_canonical() {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
        })
    }
}

impl fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn block(address: &str) -> AddressBlock {
        AddressBlock::of(Some(address.parse().expect("an address")))
    }

    #[test]
    fn each_address_of_ipv4_is_a_block_of_its_own() {
        assert_ne!(block("192.0.2.1"), block("192.0.2.2"));
        assert_eq!(block("192.0.2.1"), block("::ffff:192.0.2.1"));
    }

    #[test]
    fn addresses_of_ipv6_are_one_block_up_to_their_64th_bit() {
        assert_eq!(block("2001:db8:1:2::1"), block("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(block("2001:db8:1:2::1"), block("2001:db8:1:3::1"));
    }

    #[test]
    fn a_user_agent_is_cut_and_shows_no_controls() {
        let agent = |raw: &str| UserAgent::parse(raw).map(|agent| agent.as_str().to_owned());
        assert_eq!(agent(" curl/8.0\u{1b}[31m\u{7f} "), Some("curl/8.0[31m".into()));
        assert_eq!(agent("Fire\u{202e}fox\u{200b}"), Some("Firefox".into()));
        assert_eq!(agent(&"é".repeat(1_000)), Some("é".repeat(UserAgent::MAX_CHARS)));
        assert_eq!(agent(" \t\u{0}"), None);
    }

    proptest! {
        #[test]
        fn no_user_agent_is_too_long_or_has_a_line_end(raw in "(?s).{0,400}") {
            if let Some(agent) = UserAgent::parse(&raw) {
                prop_assert!(agent.as_str().chars().count() <= UserAgent::MAX_CHARS);
                prop_assert!(!agent.as_str().contains(['\r', '\n', '\0']));
            }
        }
    }
}
