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

/// A block of addresses: a single one of IPv4, or a prefix of IPv6. IPv4-mapped IPv6 addresses count as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressBlock {
    address: IpAddr,
    prefix: u8,
}

impl AddressBlock {
    /// The block of all clients without an address. It contains no address.
    pub const NONE: Self = Self { address: IpAddr::V6(Ipv6Addr::UNSPECIFIED), prefix: 0 };

    /// The block that counts as one client: an IPv4 address, or the /64 of an IPv6 address, which is the least that one
    /// customer gets (RFC 6177).
    #[must_use]
    pub fn of(address: Option<IpAddr>) -> Self {
        let Some(address) = address else { return Self::NONE };
        match address.to_canonical() {
            IpAddr::V4(address) => Self { address: address.into(), prefix: 32 },
            IpAddr::V6(address) => Self::of_ipv6(address, 64),
        }
    }

    /// This block and the wider ones around it, narrowest first, each with the number of clients that it stands for.
    ///
    /// One IPv6 customer may hold a /56 or a /48 (RFC 6177; RIPE-690, 4.2), which have 256 and 65,536 networks. The
    /// numbers are small so that a customer gains little by using them all, and large enough for several households
    /// behind one prefix.
    pub fn widths(self) -> impl Iterator<Item = (Self, u32)> {
        let wider = match self.address {
            IpAddr::V6(address) if self.prefix == 64 => {
                [Some((Self::of_ipv6(address, 56), 4)), Some((Self::of_ipv6(address, 48), 16))]
            }
            _ => [None, None],
        };
        std::iter::once((self, 1)).chain(wider.into_iter().flatten())
    }

    fn of_ipv6(address: Ipv6Addr, prefix: u8) -> Self {
        let kept = u128::MAX << (128 - u32::from(prefix));
        Self { address: Ipv6Addr::from_bits(address.to_bits() & kept).into(), prefix }
    }
}

impl fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
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
    fn an_ipv6_client_is_in_wider_blocks_as_well() {
        let widths = |address| block(address).widths().map(|(block, of)| (block.to_string(), of)).collect::<Vec<_>>();
        let expected = [("2001:db8:1:2ff::/64", 1), ("2001:db8:1:200::/56", 4), ("2001:db8:1::/48", 16)];
        assert_eq!(widths("2001:db8:1:2ff::1"), expected.map(|(block, of)| (block.to_owned(), of)));
        assert_eq!(widths("192.0.2.1"), [("192.0.2.1/32".to_owned(), 1)]);
        assert_eq!(AddressBlock::of(None).widths().count(), 1);
        assert_ne!(AddressBlock::of(None), block("::1"));
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
