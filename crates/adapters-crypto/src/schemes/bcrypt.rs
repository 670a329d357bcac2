//! bcrypt: checking passwords against hashes such as `$2b$10$…`, which is bcrypt's own form and no PHC string.

use argon2::password_hash::phc::Output;
use base64::Engine;
use base64::alphabet::BCRYPT;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::NO_PAD;
use doorward_domain::ports::Cause;
use zeroize::Zeroizing;

use super::phc::number;
use super::unreadable::UnreadableHash;

/// The costs that bcrypt has, as the binary logarithm of the rounds.
const COSTS: std::ops::RangeInclusive<u64> = 4..=31;
/// The greatest cost that is verified: about a second.
const MAX_COST: u64 = 14;
/// The bytes of a password that bcrypt reads, its final NUL among them.
const MAX_PASSWORD_BYTES: usize = 72;
const SALT_BYTES: usize = 16;
const SALT_CHARS: usize = 22;
/// bcrypt computes 24 bytes, and its hashes have all but the last.
const TAG_BYTES: usize = 23;

/// Some systems leave the unused bits of the last character as they came.
const BASE64: GeneralPurpose = GeneralPurpose::new(&BCRYPT, NO_PAD.with_decode_allow_trailing_bits(true));

/// A hash taken apart.
pub(crate) struct BcryptHash {
    cost: u32,
    salt: [u8; SALT_BYTES],
    tag: Output,
}

impl BcryptHash {
    /// Reads a hash of the versions 2a, 2b and 2y. They differ in faults of old implementations, which this one has not.
    pub(super) fn read(text: &str) -> Result<Self, UnreadableHash> {
        let parts: Vec<&str> = text.split('$').collect();
        let ["", "2a" | "2b" | "2y", cost, rest] = parts[..] else { return Err(UnreadableHash::Shape) };
        let (salt, tag) = rest.split_at_checked(SALT_CHARS).ok_or(UnreadableHash::Incomplete)?;
        let salt = decode::<SALT_BYTES>(salt)?;
        let tag = Output::new(&decode::<TAG_BYTES>(tag)?).map_err(|_| UnreadableHash::Shape)?;
        let cost = number(cost).filter(|number| cost.len() == 2 && COSTS.contains(number));
        let cost = cost.ok_or(UnreadableHash::Params)?;
        if cost > MAX_COST {
            return Err(UnreadableHash::TooCostly);
        }
        Ok(Self { cost: cost.try_into().expect("within the bounds"), salt, tag })
    }

    pub(super) const fn cost(&self) -> u32 {
        self.cost
    }

    /// The first 72 bytes count, and a NUL in the text counts as any other byte.
    pub(super) fn matches(&self, text: &str) -> Result<bool, Cause> {
        let mut password = Zeroizing::new([0; MAX_PASSWORD_BYTES]);
        let bytes = text.len().min(MAX_PASSWORD_BYTES);
        password[..bytes].copy_from_slice(&text.as_bytes()[..bytes]);
        let with_nul = (bytes + 1).min(MAX_PASSWORD_BYTES);
        let tag = bcrypt::bcrypt(self.cost, self.salt, &password[..with_nul]);
        // `Output` compares in constant time.
        Ok(Output::new(&tag[..TAG_BYTES])? == self.tag)
    }
}

fn decode<const N: usize>(text: &str) -> Result<[u8; N], UnreadableHash> {
    let bytes = BASE64.decode(text).map_err(|_| UnreadableHash::Shape)?;
    bytes.try_into().map_err(|_| UnreadableHash::Shape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> BcryptHash {
        BcryptHash::read(text).expect("a hash")
    }

    #[test]
    fn bcrypt_hashes_match_their_password_alone() {
        // Made by libxcrypt. The last has bits in its salt that bcrypt does not use.
        for text in [
            "$2b$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.",
            "$2a$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.",
            "$2y$04$DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.",
            "$2y$04$DoorwardFixtureSaltAAP5z46nJMJKchMIQEJYNRTmKeAe7nOpL.",
        ] {
            assert!(hash(text).matches("correct horse").expect("computed"), "{text}");
            for wrong in ["Correct horse", "correct horse ", "correct horse\0", "", "\0"] {
                assert!(!hash(text).matches(wrong).expect("computed"), "{text} {wrong:?}");
            }
        }
        let beyond_ascii = hash("$2b$04$DoorwardFixtureSaltAAOWR/v0ODrbhV5cxca3ASlPpMyaW5EEUu");
        assert!(beyond_ascii.matches("µ-Straße").expect("computed"));
    }

    #[test]
    fn the_first_72_bytes_count() {
        let (of_72, of_71) = (
            hash("$2b$04$DoorwardFixtureSaltAAO80yv0.NCF9TOntj6scUBQ8EAlotAYsu"),
            hash("$2b$04$DoorwardFixtureSaltAAODxypwL5AALMU83um9vLLtnNUshjoMY6"),
        );
        for (bytes, expected) in [(71, (false, true)), (72, (true, false)), (73, (true, false)), (1_000, (true, false))]
        {
            let text = "p".repeat(bytes);
            let matches = |hash: &BcryptHash| hash.matches(&text).expect("computed");
            assert_eq!((matches(&of_72), matches(&of_71)), expected, "{bytes}");
        }
        assert!(of_72.matches(&("p".repeat(72) + "the rest")).expect("computed"));
        assert!(!of_72.matches(&("p".repeat(71) + "\u{1F511}")).expect("computed"), "cut inside of a character");
    }

    #[test]
    fn nothing_but_a_whole_bcrypt_hash_within_the_bounds_is_read() {
        let end = "DoorwardFixtureSaltAAO5z46nJMJKchMIQEJYNRTmKeAe7nOpL.";
        for cost in ["04", "14"] {
            assert!(BcryptHash::read(&format!("$2b${cost}${end}")).is_ok());
        }
        for cost in ["15", "31"] {
            assert!(matches!(BcryptHash::read(&format!("$2b${cost}${end}")), Err(UnreadableHash::TooCostly)), "{cost}");
        }
        for cost in ["", "4", "03", "32", "004", "+4", "1é"] {
            assert!(matches!(BcryptHash::read(&format!("$2b${cost}${end}")), Err(UnreadableHash::Params)), "{cost}");
        }
        for text in [
            format!("$2b$04${}", &end[..52]),
            format!("$2b$04${end}."),
            format!("$2b$04${end}$"),
            format!("$2b$04${}é", &end[..51]),
            format!("$2b$04${}é{}", &end[..21], &end[23..]),
            "$2b$04$".into(),
        ] {
            assert!(
                matches!(BcryptHash::read(&text), Err(UnreadableHash::Shape | UnreadableHash::Incomplete)),
                "{text}"
            );
        }
    }
}
