//! Tokens: the credential of a session, that of a trusted device, and the hash by which a store knows them.

use std::fmt;

use zeroize::Zeroizing;

/// The secret that proves a session: 32 random bytes, written in base64url without padding (RFC 4648, section 5), or the
/// session cookie's text of a system that the user came from.
///
/// It compares and hashes by its text: no other spelling of the same bytes is the same token. It is wiped from memory
/// when dropped and shows nothing in `Debug`.
#[derive(Clone)]
pub struct SessionToken(Zeroizing<String>);

impl SessionToken {
    /// Random bytes in a token; twice the least entropy that OWASP ASVS 5.0 7.2.3 asks for.
    pub const BYTES: usize = 32;
    /// Characters of the text of a new token.
    pub const CHARS: usize = 43;
    /// The fewest characters of a token of another system: 24 letters and digits of 18 random bytes in base64, as in the
    /// Svelte command line. Shorter ones could be guessed.
    pub const MIN_CHARS: usize = 24;
    /// The most characters of a token of another system.
    pub const MAX_CHARS: usize = 160;

    /// Reads a token that a client sent: [`Self::MIN_CHARS`] to [`Self::MAX_CHARS`] letters, digits and `-._~+/=`, which are
    /// the characters of a bearer token (RFC 6750, 2.1). `None` for any other text, which needs no lookup.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let is_allowed =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
        let is_token = (Self::MIN_CHARS..=Self::MAX_CHARS).contains(&raw.len()) && raw.bytes().all(is_allowed);
        is_token.then(|| Self(Zeroizing::new(raw.to_owned())))
    }

    /// Whether it has the form of a new token.
    fn is_of_new_form(&self) -> bool {
        self.0.len() == Self::CHARS
            && self.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
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

/// The secret of a trusted device: a browser with which a user signed in before. It has the form of a new session token, and
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
        SessionToken::parse(raw).filter(SessionToken::is_of_new_form).map(Self)
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
        let [shortest, longest] = [SessionToken::MIN_CHARS, SessionToken::MAX_CHARS].map(|chars| "x".repeat(chars));
        let good = "aZ0-_".repeat(9)[..SessionToken::CHARS].to_owned();
        for good in [&good, &shortest, &longest, "TOKENtokenTOKENtoken0123.~+/x="] {
            assert!(SessionToken::parse(good).is_some(), "{good}");
        }
        let with = |piece: &str| good.replacen("aZ", piece, 1);
        for bad in ["", &shortest[1..], &format!("{longest}x"), &with("é"), &with("a "), &with("%2"), &with("a;")] {
            assert!(SessionToken::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_token_of_a_trusted_device_has_the_form_of_a_new_token() {
        let good = "aZ0-_".repeat(9)[..SessionToken::CHARS].to_owned();
        assert!(TrustedDeviceToken::parse(&good).is_some());
        for bad in [&good[1..], &format!("{good}a"), &good.replacen('a', "+", 1), &good.replacen('a', ".", 1)] {
            assert!(TrustedDeviceToken::parse(bad).is_none(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_token_is_taken_to_the_letter(raw in "[A-Za-z0-9._~+/=-]{24,160}") {
            let token = SessionToken::parse(&raw).expect("a token's shape");
            prop_assert_eq!(token.expose(), raw.as_str());
        }
    }
}
