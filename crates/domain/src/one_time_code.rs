//! One-time codes: the secrets of recovery codes, password links and invitations, and the hashes by which a store knows them.

use std::fmt;

use zeroize::Zeroizing;

use crate::ids::UserId;
use crate::text;

/// A secret for one use: [`Self::BITS`] random bits in Crockford's base 32 (<https://www.crockford.com/base32.html>),
/// written as four groups of four, `7Q3M-0VXK-9RBA-T25H`.
///
/// People copy it from paper, so reading it forgives what copying does. It is wiped from memory when dropped and shows
/// nothing in `Debug`.
#[derive(Clone)]
pub struct OneTimeCode(Zeroizing<String>);

impl OneTimeCode {
    /// Random bytes in a code.
    pub const BYTES: usize = 10;
    /// Random bits in a code: more than the 64 that NIST SP 800-63B-4, 4.2.1.1 asks of a saved recovery code, and the most
    /// that fit into 16 characters.
    pub const BITS: usize = 8 * Self::BYTES;
    /// How many recovery codes a user gets at a time. Enough to lose a few, and few enough for one look at a sheet of paper.
    pub const RECOVERY_CODES: usize = 10;
    /// Characters of a code, without the hyphens between its groups.
    pub const CHARS: usize = Self::BITS / BITS_OF_A_CHARACTER;
    const GROUP: usize = 4;

    /// The code of these random bytes.
    #[must_use]
    pub fn of_random(bytes: &[u8; Self::BYTES]) -> Self {
        let bits = bytes.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let mut characters = Zeroizing::new([b'0'; Self::CHARS]);
        for (place, character) in characters.iter_mut().rev().enumerate() {
            let digit = (bits >> (place * BITS_OF_A_CHARACTER)) & 0b11111;
            *character = ALPHABET[digit as usize];
        }
        Self::of_characters(&characters)
    }

    /// Reads a code that a person typed: in either letter case, in full width, with any spaces and dashes, with O for 0 and with
    /// I or L for 1. `None` for a text that no code can have, which needs no look in the store.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let mut characters = Zeroizing::new([b'0'; Self::CHARS]);
        let mut read = 0;
        for c in text::nfkc(raw).chars().filter(|c| !c.is_whitespace() && !is_dash(*c)) {
            *characters.get_mut(read)? = match c.to_ascii_uppercase() {
                'O' => b'0',
                'I' | 'L' => b'1',
                other => *ALPHABET.iter().find(|known| char::from(**known) == other)?,
            };
            read += 1;
        }
        (read == Self::CHARS).then(|| Self::of_characters(&characters))
    }

    fn of_characters(characters: &[u8; Self::CHARS]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(Self::CHARS + Self::CHARS / Self::GROUP));
        for (place, character) in characters.iter().enumerate() {
            if place > 0 && place % Self::GROUP == 0 {
                text.push('-');
            }
            text.push(char::from(*character));
        }
        Self(text)
    }

    /// The text, for the one answer that shows it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is hashed of a recovery code: a text that no other user's code, and nothing else that is hashed here, has. No
    /// user's id has a space in it.
    #[must_use]
    pub fn canonical_of_recovery(&self, user: &UserId) -> Zeroizing<String> {
        Zeroizing::new(format!("recovery-code {} {}", user.as_str(), self.expose()))
    }

    /// What is hashed of the code of a link: a text that nothing else that is hashed here has.
    #[must_use]
    pub fn canonical_of_link(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("link {}", self.expose()))
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeCode(…)")
    }
}

/// Crockford's: no I, L and O, which look like digits, and no U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS_OF_A_CHARACTER: usize = 5;

/// The hyphen, and the characters by which word processors and telephones replace it.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// The SHA-256 of a code and its user's id. A store holds nothing else of a code.
///
/// OWASP ASVS 5.0, 6.5.2 would have a slow hash for fewer than 112 random bits. A slow hash buys some 20 bits for a secret
/// that people chose; here all 2^80 are equally likely, so that a million million tries a second take ten thousand years
/// and more for one code, and a longer code would be typed wrong. The user's id is in it, so that no try counts for two.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecoveryCodeHash([u8; 32]);

impl RecoveryCodeHash {
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

/// The SHA-256 of the code of a password link or an invitation. A store holds nothing else of a link's code.
///
/// A try counts for every link there is. Of 2^80 codes that are equally likely, 2^20 live links leave 2^60 tries to one hit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkHash([u8; 32]);

impl LinkHash {
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

impl fmt::Debug for LinkHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkHash(…)")
    }
}

impl fmt::Debug for RecoveryCodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCodeHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(raw: &str) -> Option<String> {
        OneTimeCode::parse(raw).map(|code| code.expose().to_owned())
    }

    #[test]
    fn a_code_is_80_bits_in_four_groups_of_four() {
        assert_eq!((OneTimeCode::BITS, OneTimeCode::CHARS), (80, 16));
        for (bytes, code) in [
            ([0; 10], "0000-0000-0000-0000"),
            ([0xff; 10], "ZZZZ-ZZZZ-ZZZZ-ZZZZ"),
            ([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf], "0123-4567-89AB-CDEF"),
            ([0x84, 0x65, 0x3a, 0x56, 0xd7, 0xc6, 0x75, 0xbe, 0x77, 0xdf], "GHJK-MNPQ-RSTV-WXYZ"),
        ] {
            assert_eq!(OneTimeCode::of_random(&bytes).expose(), code);
        }
    }

    #[test]
    fn what_copying_does_to_a_code_is_forgiven() {
        for raw in [
            "０１２３－４５６７－８９ＡＢ－ＣＤＥＦ",
            "0123-4567-89AB-CDEF",
            "0123456789abcdef",
            "  o1 23 45 67 89 ab cd ef\n",
            "OI23-4567-89AB-CDEF",
            "ol23–4567—89ab‑cdef",
            "0L23\u{a0}4567\u{2212}89AB\tCDEF-",
        ] {
            assert_eq!(read(raw).as_deref(), Some("0123-4567-89AB-CDEF"), "{raw}");
        }
    }

    #[test]
    fn what_no_code_can_be_is_none() {
        for raw in [
            "",
            "----",
            "0123-4567-89AB-CDE",
            "0123-4567-89AB-CDEF-0",
            "U123-4567-89AB-CDEF",
            "0123-4567-89AB-CDÉF",
            "0123_4567_89AB_CDEF",
            "0123-4567-89AB-CDE\u{131}",
            "correct horse battery",
        ] {
            assert_eq!(read(raw), None, "{raw}");
        }
        assert_eq!(read(&"0".repeat(60_000)), None);
        assert_eq!(read(&"-".repeat(60_000)), None);
    }

    #[test]
    fn debug_shows_nothing_of_a_code() {
        let code = OneTimeCode::of_random(&[0; 10]);
        let shown = format!("{code:?} {:?}", RecoveryCodeHash::restore([65; 32]));
        assert_eq!(shown, "OneTimeCode(…) RecoveryCodeHash(…)");
    }

    #[test]
    fn one_code_of_two_users_is_hashed_apart() {
        let code = OneTimeCode::of_random(&[0; 10]);
        let of = |user: &str| code.canonical_of_recovery(&UserId::restore(user.into())).to_string();
        assert_eq!(of("user-1"), "recovery-code user-1 0000-0000-0000-0000");
        assert_ne!(of("user-1"), of("user-2"));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_however_it_is_typed(
            bytes in any::<[u8; 10]>(),
            lower in any::<bool>(),
            separator in "[ -]{0,3}",
        ) {
            let code = OneTimeCode::of_random(&bytes);
            let typed = code.expose().replace('-', &separator).replace('0', "O").replace('1', "l");
            let typed = if lower { typed.to_lowercase() } else { typed };
            prop_assert_eq!(read(&typed), Some(code.expose().to_owned()));
        }

        #[test]
        fn other_bytes_are_another_code(one in any::<[u8; 10]>(), other in any::<[u8; 10]>()) {
            let (first, second) = (OneTimeCode::of_random(&one), OneTimeCode::of_random(&other));
            prop_assert_eq!(first.expose() == second.expose(), one == other);
        }

        #[test]
        fn a_code_that_parses_has_the_shape_of_a_code(raw in "[0-9A-Za-z -]{10,24}|.{0,30}") {
            if let Some(code) = read(&raw) {
                prop_assert_eq!(code.len(), 19);
                prop_assert_eq!(read(&code), Some(code.clone()));
            }
        }
    }
}
