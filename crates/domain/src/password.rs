//! Passwords: what may be chosen, what may be typed, and the hash that is kept instead.

use std::fmt;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::blocklist::{self, BlockedWords};
use crate::text;

/// A password in Unicode Normalization Form KC, so that the same keys pressed on two systems give the same password
/// (NIST SP 800-63B-4, 3.1.1.2; Lucia does the same). Apart from that nothing is trimmed, cut or changed.
///
/// It is wiped from memory when dropped and shows nothing in `Debug`.
#[derive(Clone)]
pub struct Password {
    normalised: Zeroizing<String>,
    typed: Option<Zeroizing<String>>,
}

impl Password {
    /// The most characters (Unicode code points as received) of a password; the number of Lucia's guide.
    pub const MAX_CHARS: usize = 255;

    /// Reads a new password for the account with this username.
    ///
    /// # Errors
    /// [`InvalidPassword`] says which rule it breaks; the error never carries the password.
    pub fn parse_new(raw: &str, username: &str, rules: &PasswordPolicy) -> Result<Self, InvalidPassword> {
        check_length(raw, rules.min_chars)?;
        if rules.blocklist {
            let folded = text::fold(raw);
            if blocklist::is_username(&folded, username) {
                return Err(InvalidPassword::IsUsername);
            }
            if blocklist::is_guessed_first(&folded, &rules.words) {
                return Err(InvalidPassword::Common);
            }
        }
        Ok(Self::normalised(raw))
    }

    /// Reads a password typed at login: 1 to [`Self::MAX_CHARS`] characters.
    ///
    /// # Errors
    /// [`InvalidPassword::Missing`] where it is empty, [`InvalidPassword::TooLong`] where it is too long.
    pub fn parse_login(raw: &str) -> Result<Self, InvalidPassword> {
        check_length(raw, 1)?;
        Ok(Self::normalised(raw))
    }

    fn normalised(raw: &str) -> Self {
        let normalised = text::nfkc(raw);
        let typed = (*normalised != raw).then(|| Zeroizing::new(raw.to_owned()));
        Self { normalised, typed }
    }

    /// The normalised text, for the hasher.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.normalised
    }

    /// The text as typed where normalising changed it, for hashes of systems that do not normalise.
    #[must_use]
    pub fn expose_typed(&self) -> Option<&str> {
        self.typed.as_ref().map(|typed| typed.as_str())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The hash of a password with all that is needed to check it, as a PHC string or in bcrypt's own form. Only a hasher
/// reads it.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a hash that a hasher made or a store holds.
    #[must_use]
    pub fn restore(phc: String) -> Self {
        Self(phc)
    }

    /// Its text, for hashers and stores.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its scheme and cost, without salt and digest.
    #[must_use]
    pub fn parameters(&self) -> HashParameters {
        // In bcrypt's own form the salt and the digest are one part.
        let secret_parts = if self.0.starts_with("$2") { 1 } else { 2 };
        let end = self.0.rmatch_indices('$').nth(secret_parts - 1).map_or(0, |(dollar, _)| dollar + 1);
        HashParameters(self.0[..end].to_owned())
    }
}

/// The start of a password hash, up to its salt: the scheme and what it costs to check. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HashParameters(String);

impl HashParameters {
    /// Takes back parameters that a store holds.
    #[must_use]
    pub fn restore(stored: String) -> Self {
        Self(stored)
    }

    /// The text with which the hash starts, such as `$2b$10$`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Why a password hash of another system cannot be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HashRefusal {
    /// It is damaged or incomplete.
    #[error("the password hash is damaged or incomplete")]
    Malformed,
    /// Its text leaves open which parameters it was made with.
    #[error("the password hash does not tell its parameters: write it in PHC form")]
    Ambiguous,
    /// It is of a scheme that is not verified here, or needs a secret of the other system.
    #[error("the password hash is of a scheme that is not supported")]
    Unsupported,
    /// It takes more time or memory than is spent on one verification.
    #[error("the password hash costs too much to verify")]
    TooCostly,
}

/// What a new password must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The fewest characters (Unicode code points as received).
    pub min_chars: usize,
    /// Whether passwords that are guessed first are refused, such as the most common ones and the username.
    pub blocklist: bool,
    /// What the blocklist has besides: words that are guessed first at this site.
    pub words: BlockedWords,
}

impl PasswordPolicy {
    /// At least 6 characters, as in Lucia's guide, and not one that is guessed first.
    pub const DEFAULT: Self = Self { min_chars: 6, blocklist: true, words: BlockedWords::NONE };
}

/// Which rule for passwords was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidPassword {
    /// The field is missing, empty, or not a string.
    #[error("the password is missing or no text")]
    Missing,
    /// Fewer characters than allowed.
    #[error("the password has too few characters")]
    TooShort,
    /// More characters than allowed.
    #[error("the password has more than {} characters", Password::MAX_CHARS)]
    TooLong,
    /// The username in any spelling, alone or with little added.
    #[error("the password is the username")]
    IsUsername,
    /// One of the passwords that are guessed first.
    #[error("the password is one of those that are guessed first")]
    Common,
}

fn check_length(raw: &str, min: usize) -> Result<(), InvalidPassword> {
    match raw.chars().count() {
        0 => Err(InvalidPassword::Missing),
        chars if chars < min => Err(InvalidPassword::TooShort),
        chars if chars > Password::MAX_CHARS => Err(InvalidPassword::TooLong),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use proptest::prelude::*;

    fn new(raw: &str) -> Result<Password, InvalidPassword> {
        Password::parse_new(raw, "alice", &PasswordPolicy::DEFAULT)
    }

    #[test]
    fn six_to_255_characters_are_a_new_password() {
        let rules = PasswordPolicy { blocklist: false, ..PasswordPolicy::DEFAULT };
        for (length, expected) in [(0, false), (5, false), (6, true), (255, true), (256, false)] {
            for letter in ["x", "é", "😀"] {
                let read = Password::parse_new(&letter.repeat(length), "alice", &rules);
                assert_eq!(read.is_ok(), expected, "{length} times {letter}");
            }
        }
    }

    #[test]
    fn the_shortest_new_password_is_a_setting() {
        let rules = PasswordPolicy { min_chars: 15, ..PasswordPolicy::DEFAULT };
        assert!(Password::parse_new("fourteen chars", "alice", &rules).is_err());
        assert!(Password::parse_new("fifteen  chars!", "alice", &rules).is_ok());
    }

    #[test]
    fn one_to_255_characters_may_be_typed_at_login() {
        for (length, expected) in [(0, false), (1, true), (255, true), (256, false)] {
            assert_eq!(Password::parse_login(&"é".repeat(length)).is_ok(), expected, "{length}");
        }
    }

    #[test]
    fn passwords_that_are_guessed_first_are_refused() {
        for raw in ["password1", "PASSWORD1", "ｐａｓｓｗｏｒｄ１", "123456", "Doorward"] {
            assert_eq!(new(raw).err(), Some(InvalidPassword::Common), "{raw}");
        }
        let own_name = Password::parse_new("ALEXANDRA-K", "alexandra-k", &PasswordPolicy::DEFAULT);
        assert_eq!(own_name.err(), Some(InvalidPassword::IsUsername));
    }

    #[test]
    fn names_numbers_runs_and_repetitions_are_guessed_first() {
        for raw in [
            "michael",
            "Jennifer",
            "jessica",
            "987654321",
            "555555",
            "abcdef",
            "      ",
            "aaaaaaaaaaaaaaaaaaaa",
            "passwordpassword",
            "PasswordPasswordPassword",
            "qwertyuiopasdfgh",
            "hgfdsapoiuytrewq",
            "nopqrstuvwxyzab",
            "7890123456",
            "abcabcabcabcabc",
            "doorwarddoorward",
            "1qaz2wsx3edc4rfv",
            "éééééé",
        ] {
            assert_eq!(new(raw).err(), Some(InvalidPassword::Common), "{raw}");
        }
        for raw in ["correct horse", "correct horse correct horse", "abcdeg", "qwertyhorse", "aaaaab", "michael rides"]
        {
            assert!(new(raw).is_ok(), "{raw}");
        }
    }

    #[test]
    fn the_blocklist_can_be_turned_off() {
        let rules =
            PasswordPolicy { blocklist: false, words: BlockedWords::new(["greenfield"]), ..PasswordPolicy::DEFAULT };
        for raw in ["password1", "greenfield", "alicealice"] {
            assert!(Password::parse_new(raw, "alice", &rules).is_ok(), "{raw}");
        }
    }

    #[test]
    fn the_blocklist_holds_10000_folded_passwords_of_allowed_length() {
        let lines: Vec<&str> = include_str!("../data/common-passwords.txt").lines().collect();
        assert_eq!(lines.len(), 10_000);
        assert_eq!(lines.iter().collect::<HashSet<_>>().len(), 10_000, "no line twice");
        for line in lines {
            assert_eq!(*text::fold(line), line);
            assert!(check_length(line, PasswordPolicy::DEFAULT.min_chars).is_ok(), "{line}");
        }
    }

    #[test]
    fn only_the_normal_form_is_changed() {
        let composed = new("crème brûlée").expect("a good password");
        let decomposed = new("cre\u{300}me bru\u{302}le\u{301}e").expect("a good password");
        assert_eq!(composed.expose(), decomposed.expose());
        assert_eq!(new("  Space\0kept  ").expect("a good password").expose(), "  Space\0kept  ");
    }

    #[test]
    fn the_typed_text_is_kept_where_normalising_changes_it() {
        let typed = |raw| new(raw).expect("a good password").expose_typed().map(str::to_owned);
        assert_eq!(typed("crème brûlée"), None);
        assert_eq!(typed("µ-Straße-²-ﬁ").as_deref(), Some("µ-Straße-²-ﬁ"));
    }

    #[test]
    fn the_parameters_of_a_hash_end_before_its_salt() {
        for (hash, parameters) in [
            ("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$dGFn", "$argon2id$v=19$m=19456,t=2,p=1$"),
            ("$2b$10$DoorwardFixtureSaltAAOm3vg9sZLk", "$2b$10$"),
            ("$pbkdf2-sha256$i=7,l=32$c2FsdA$dGFn", "$pbkdf2-sha256$i=7,l=32$"),
            ("rubbish", ""),
            ("", ""),
        ] {
            assert_eq!(PasswordHash::restore(hash.into()).parameters().as_str(), parameters);
        }
    }

    #[test]
    fn debug_shows_nothing_of_a_password() {
        let hash = PasswordHash::restore("$argon2id$…".into());
        for raw in ["correct horse", "µ-Straße-²-ﬁ"] {
            let shown = format!("{:?} {hash:?}", Password::parse_login(raw).expect("a good password"));
            assert_eq!(shown, "Password(…) PasswordHash(…)");
        }
    }

    proptest! {
        #[test]
        fn what_may_be_chosen_may_be_typed(raw in ".{0,300}") {
            if let Ok(chosen) = new(&raw) {
                let typed = Password::parse_login(&raw).expect("wider bounds");
                prop_assert_eq!(chosen.expose(), typed.expose());
            }
        }
    }
}
