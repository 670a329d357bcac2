//! Tokens: the credential of a session, that of a trusted device, and the hash by which a store knows them.

use std::fmt;

use zeroize::Zeroizing;

/// The secret that proves a session: 32 random bytes, written in base64url without padding (RFC 4648, section 5).
///
/// It compares and hashes by its text: no other spelling of the same bytes is the same token. It is wiped from memory
/// when dropped and shows nothing in `Debug`.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    /// Random bytes in a token; twice the least entropy that OWASP ASVS 5.0 7.2.3 asks for.
    pub const BYTES: usize = 32;
    /// Characters of the text of a token.
    pub const CHARS: usize = 43;

    /// Reads a token that a client sent; `None` for a text that is not a token, which needs no lookup.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let shaped = raw.len() == Self::CHARS
            && raw.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        shaped.then(|| Self(Zeroizing::new(raw.to_owned())))
    }

    /// The text, for the one answer that hands it to the client and for hashing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// The secret of a trusted device: a browser with which a user signed in before. It has the form of a session token, and
/// proves no session.
#[derive(Clone, Debug)]
pub struct TrustedDeviceToken(SessionToken);

impl TrustedDeviceToken {
    /// Takes a new token that no session has.
    #[must_use]
    pub const fn new(unused: SessionToken) -> Self {
        Self(unused)
    }

    /// Reads a token that a client sent; `None` for a text that is not a token.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        SessionToken::parse(raw).map(Self)
    }

    /// The token, for hashing.
    #[must_use]
    pub const fn as_token(&self) -> &SessionToken {
        &self.0
    }

    /// The text, for the one answer that hands it to the browser.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// The SHA-256 of a token's text. A store holds nothing else of a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Takes a digest that a generator made or a store holds.
    #[must_use]
    pub const fn restore(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn debug_shows_nothing_of_a_token() {
        let text = "A".repeat(SessionToken::CHARS);
        let token = SessionToken::parse(&text).expect("a token's shape");
        assert_eq!(format!("{token:?} {:?}", TokenHash::restore([65; 32])), "SessionToken(…) TokenHash(…)");
        assert_eq!(format!("{:?}", TrustedDeviceToken::new(token)), "TrustedDeviceToken(SessionToken(…))");
    }

    #[test]
    fn only_the_shape_of_a_token_is_looked_up() {
        let good = "aZ0-_".repeat(9)[..SessionToken::CHARS].to_owned();
        assert!(SessionToken::parse(&good).is_some());
        for bad in ["", &good[1..], &format!("{good}="), &good.replacen('a', "+", 1), &good.replacen("aZ", "é", 1)] {
            assert!(SessionToken::parse(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_token_is_taken_to_the_letter(raw in "[A-Za-z0-9_-]{43}") {
            let token = SessionToken::parse(&raw).expect("a token's shape");
            prop_assert_eq!(token.expose(), raw.as_str());
        }
    }
}
