//! Usernames: what may be chosen at sign-up, what may be typed at login, and when two of them are the same.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, Script};
use precis_profiles::UsernameCaseMapped;
use precis_profiles::precis_core::profile::Profile;
use thiserror::Error;

use crate::ids::KeyId;
use crate::text;

/// The name a person chose, with the letters they typed. Uniqueness is not a matter of this type but of its
/// [`KeyId`]: `Alice` and `ALICE` are two usernames with one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// The fewest characters (Unicode code points) of a new username; the number of Lucia's guide.
    pub const MIN_CHARS: usize = 4;
    /// The most characters (Unicode code points) of a username, unless the operator allows more; the number of Lucia's
    /// guide.
    pub const DEFAULT_MAX_CHARS: usize = 31;
    /// The most characters that the operator can allow: an e-mail address fits (RFC 5321, 4.5.3.1.3).
    pub const MOST_CHARS: usize = 254;
    /// The most bytes of a folded username, of which one character can have 33. The key must fit into a row of PostgreSQL's
    /// index, which has at most 2,704 bytes.
    const MOST_FOLDED_BYTES: usize = 2_000;

    /// Reads the username of a sign-up.
    ///
    /// # Errors
    /// [`InvalidUsername`] says which rule it breaks; the error never carries the name.
    pub fn parse(raw: &str, rules: UsernameRules) -> Result<Self, InvalidUsername> {
        check_length(raw, Self::MIN_CHARS, rules.max_chars)?;
        if raw.starts_with(' ') || raw.ends_with(' ') {
            return Err(InvalidUsername::SurroundingSpace);
        }
        if !raw.chars().all(is_seen) {
            return Err(InvalidUsername::InvisibleCharacter);
        }
        check_folded(raw)?;
        if !rules.policy.allow(raw) {
            return Err(InvalidUsername::Character);
        }
        if mixes_look_alike_scripts(raw) {
            return Err(InvalidUsername::MixedScripts);
        }
        Ok(Self(raw.to_owned()))
    }

    /// Reads the username of a user of another system, which keeps it even if no new user may have it: 1 to `max_chars`
    /// characters, of which one shows.
    ///
    /// # Errors
    /// [`InvalidUsername::Missing`], [`InvalidUsername::TooLong`], or [`InvalidUsername::InvisibleCharacter`] where nothing
    /// shows or there is a U+0000, which PostgreSQL cannot hold.
    pub fn imported(raw: &str, max_chars: usize) -> Result<Self, InvalidUsername> {
        check_length(raw, 1, max_chars)?;
        if raw.contains('\0') {
            return Err(InvalidUsername::InvisibleCharacter);
        }
        check_folded(raw.trim())?;
        Ok(Self(raw.to_owned()))
    }

    /// Takes back a name that a store holds.
    #[must_use]
    pub fn restore(stored: String) -> Self {
        Self(stored)
    }

    /// The name as the person typed it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key that belongs to this name, the same for all its spellings.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        KeyId::of_username(&self.0)
    }
}

/// A name typed at login. Its bounds are wider than a [`Username`]'s, as in Lucia's guide: a name that cannot exist is not
/// "invalid" there, only unknown.
#[derive(Clone)]
pub struct LoginName(String);

impl LoginName {
    /// Reads the username of a login: 1 to `max_chars` characters, without the white space around them, which keyboards of
    /// phones add and no key has.
    ///
    /// # Errors
    /// [`InvalidUsername::Missing`] where it is empty, [`InvalidUsername::TooLong`] where it is too long.
    pub fn parse(raw: &str, max_chars: usize) -> Result<Self, InvalidUsername> {
        let name = raw.trim();
        check_length(name, 1, max_chars)?;
        Ok(Self(name.to_owned()))
    }

    /// The key to look for.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        KeyId::of_username(&self.0)
    }
}

/// Which usernames new users may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsernameRules {
    /// The characters.
    pub policy: UsernamePolicy,
    /// The most characters (Unicode code points), also of a name typed at login: [`Username::DEFAULT_MAX_CHARS`] to
    /// [`Username::MOST_CHARS`].
    pub max_chars: usize,
}

impl UsernameRules {
    /// Every character that a person can see, and the length of Lucia's guide.
    pub const DEFAULT: Self = Self { policy: UsernamePolicy::Unicode, max_chars: Username::DEFAULT_MAX_CHARS };
}

/// Which characters a new username may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UsernamePolicy {
    /// Everything a person can see and tell apart: all but controls, formats, private and unassigned code points, line
    /// separators and any space other than an inner U+0020.
    #[default]
    Unicode,
    /// Of those, what RFC 8265, 3.3 (`UsernameCaseMapped`) allows: letters and digits of any script and printable ASCII
    /// without the space, in the right direction of writing, by the PRECIS tables of Unicode 6.3.
    Precis,
    /// Printable ASCII (U+0020 to U+007E) only.
    Ascii,
}

impl UsernamePolicy {
    /// Whether these visible characters are allowed.
    fn allow(self, raw: &str) -> bool {
        match self {
            Self::Unicode => true,
            Self::Precis => UsernameCaseMapped::new().enforce(raw).is_ok(),
            Self::Ascii => raw.is_ascii(),
        }
    }
}

/// Whether a person sees this character and can tell it from others; of spaces only U+0020 counts.
fn is_seen(c: char) -> bool {
    c == ' '
        || is_variation_selector(c)
        || text::shows(c)
            && c != BRAILLE_BLANK
            && !matches!(
                CodePointMapData::<GeneralCategory>::new().get(c),
                GeneralCategory::Control
                    | GeneralCategory::Format
                    | GeneralCategory::PrivateUse
                    | GeneralCategory::Surrogate
                    | GeneralCategory::Unassigned
                    | GeneralCategory::LineSeparator
                    | GeneralCategory::ParagraphSeparator
                    | GeneralCategory::SpaceSeparator
            )
}

/// Whether a character says how the one before it is drawn, as behind many emoji.
fn is_variation_selector(c: char) -> bool {
    matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

/// A pattern of Braille without a dot: a symbol by its category, and nothing to see.
const BRAILLE_BLANK: char = '\u{2800}';

/// Which rule for usernames was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidUsername {
    /// The field is missing, empty, or not a string.
    #[error("the username is missing or no text")]
    Missing,
    /// Fewer characters than allowed.
    #[error("the username has fewer than {} characters", Username::MIN_CHARS)]
    TooShort,
    /// More characters than allowed.
    #[error("the username has too many characters")]
    TooLong,
    /// A space at the start or the end.
    #[error("the username starts or ends with a space")]
    SurroundingSpace,
    /// A character that does not show, or a space other than U+0020.
    #[error("the username has a character that does not show")]
    InvisibleCharacter,
    /// A character that the rules in force leave out.
    #[error("the username has a character that is not allowed")]
    Character,
    /// Letters of two of the scripts Latin, Greek and Cyrillic, whose letters look alike (UTS 39).
    #[error("the username mixes letters of scripts that look alike")]
    MixedScripts,
    /// One of the names that sign-up refuses, such as `admin`.
    #[error("the username is reserved")]
    Reserved,
    /// The password of the account.
    #[error("the username is the password")]
    IsPassword,
    /// Another one than the invitation is for.
    #[error("the username is not that of the invitation")]
    NotInvited,
}

/// Whether something of a name shows, and its key fits into an index.
fn check_folded(raw: &str) -> Result<(), InvalidUsername> {
    match text::fold(raw).len() {
        0 => Err(InvalidUsername::InvisibleCharacter),
        bytes if bytes > Username::MOST_FOLDED_BYTES => Err(InvalidUsername::TooLong),
        _ => Ok(()),
    }
}

fn check_length(raw: &str, min: usize, max: usize) -> Result<(), InvalidUsername> {
    // Nothing longer than this can have few enough characters, so a huge field is not counted through.
    let chars = if raw.len() > max * 4 { usize::MAX } else { raw.chars().count() };
    match chars {
        0 => Err(InvalidUsername::Missing),
        _ if chars < min => Err(InvalidUsername::TooShort),
        _ if chars > max => Err(InvalidUsername::TooLong),
        _ => Ok(()),
    }
}

/// Judged as it was typed and as the key has it: mathematical letters, for one, are of no script before they are folded.
fn mixes_look_alike_scripts(raw: &str) -> bool {
    let scripts = CodePointMapData::<Script>::new();
    let normalised = text::nfkc(raw);
    let present = |script| raw.chars().chain(normalised.chars()).any(|c| scripts.get(c) == script);
    [Script::Latin, Script::Greek, Script::Cyrillic].into_iter().filter(|script| present(*script)).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unicode(raw: &str) -> Result<Username, InvalidUsername> {
        Username::parse(raw, UsernameRules::DEFAULT)
    }

    fn by(policy: UsernamePolicy, raw: &str) -> Result<Username, InvalidUsername> {
        Username::parse(raw, UsernameRules { policy, ..UsernameRules::DEFAULT })
    }

    fn typed(raw: &str) -> Result<LoginName, InvalidUsername> {
        LoginName::parse(raw, Username::DEFAULT_MAX_CHARS)
    }

    #[test]
    fn four_to_thirty_one_characters_are_a_username() {
        for (length, expected) in [(0, false), (3, false), (4, true), (31, true), (32, false)] {
            for letter in ["a", "é", "日", "😀"] {
                assert_eq!(unicode(&letter.repeat(length)).is_ok(), expected, "{length} times {letter}");
            }
        }
    }

    #[test]
    fn a_name_of_another_length_is_missing_too_short_or_too_long() {
        let of = |length: usize| unicode(&"é".repeat(length)).err();
        assert_eq!([of(0), of(3)], [Some(InvalidUsername::Missing), Some(InvalidUsername::TooShort)]);
        assert_eq!([of(32), of(100_000)], [Some(InvalidUsername::TooLong); 2]);
    }

    #[test]
    fn one_to_thirty_one_characters_may_be_typed_at_login() {
        for (length, expected) in [(0, false), (1, true), (31, true), (32, false), (100_000, false)] {
            assert_eq!(typed(&"é".repeat(length)).is_ok(), expected, "{length}");
        }
    }

    #[test]
    fn an_operator_can_allow_longer_names() {
        let max_chars = Username::MOST_CHARS;
        let rules = UsernameRules { max_chars, ..UsernameRules::DEFAULT };
        for (length, expected) in [(3, false), (32, true), (254, true), (255, false)] {
            assert_eq!(Username::parse(&"é".repeat(length), rules).is_ok(), expected, "{length}");
        }
        for (length, expected) in [(0, false), (1, true), (254, true), (255, false)] {
            assert_eq!(LoginName::parse(&"é".repeat(length), max_chars).is_ok(), expected, "{length}");
        }
    }

    #[test]
    fn a_name_whose_key_outgrows_an_index_is_too_long() {
        // Folded, it has 33 bytes.
        let ligatures = |count: usize| "\u{fdfa}".repeat(count);
        let rules = UsernameRules { max_chars: Username::MOST_CHARS, ..UsernameRules::DEFAULT };
        assert!(unicode(&ligatures(Username::DEFAULT_MAX_CHARS)).is_ok());
        assert_eq!(Username::parse(&ligatures(61), rules), Err(InvalidUsername::TooLong));
        assert_eq!(Username::imported(&ligatures(61), Username::MOST_CHARS), Err(InvalidUsername::TooLong));
        assert!(Username::parse(&"😀".repeat(Username::MOST_CHARS), rules).is_ok());
    }

    #[test]
    fn a_user_of_another_system_keeps_a_name_that_no_new_user_may_have() {
        for raw in ["x", " alice ", "tab\tname", "p\u{430}ypal", "a\nb", "ali\u{200b}ce"] {
            let name = Username::imported(raw, Username::DEFAULT_MAX_CHARS).expect("a name");
            assert_eq!(name.as_str(), raw);
            assert_eq!(name.key_id(), typed(raw).expect("a name").key_id(), "{raw:?}");
        }
        let refused = |raw: &str| Username::imported(raw, Username::DEFAULT_MAX_CHARS).err();
        assert_eq!(refused(""), Some(InvalidUsername::Missing));
        assert_eq!(refused(&"é".repeat(32)), Some(InvalidUsername::TooLong));
        for raw in [" \n", "\u{200b}", "a\0b"] {
            assert_eq!(refused(raw), Some(InvalidUsername::InvisibleCharacter), "{raw:?}");
        }
    }

    #[test]
    fn white_space_around_a_name_does_not_count_at_login() {
        for name in ["alice ", " alice", "alice\u{a0}\n", "\u{3000}Alice\t"] {
            let key_id = typed(name).expect("a name").key_id();
            assert_eq!(key_id, unicode("alice").expect("a good name").key_id(), "{name:?}");
        }
        assert_eq!(typed(" \n").err(), Some(InvalidUsername::Missing));
    }

    #[test]
    fn people_may_use_their_own_script_and_punctuation() {
        for name in [
            "Alice",
            "user name",
            "o'neil-7_.",
            "Ἀλέξανδρος",
            "владимир",
            "日本語テスト",
            "한국어사용",
            "😀😀😀😀",
            "love❤️you",
            "محمد",
        ] {
            assert!(unicode(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_does_not_show_is_refused() {
        let hidden = [
            '\0', '\t', '\n', '\u{7f}', '\u{ad}', '\u{200b}', '\u{200d}', '\u{202e}', '\u{2028}', '\u{a0}', '\u{3000}',
        ]
        .into_iter()
        .chain([
            '\u{e000}',
            '\u{feff}',
            '\u{e0041}',
            '\u{378}',
            '\u{2800}',
            '\u{3164}',
            '\u{34f}',
            '\u{180b}',
            '\u{ffa0}',
        ]);
        for c in hidden {
            let refused = unicode(&format!("adm{c}in1"));
            assert_eq!(refused, Err(InvalidUsername::InvisibleCharacter), "U+{:04X}", u32::from(c));
        }
        assert_eq!(unicode("\u{3164}\u{3164}\u{3164}\u{3164}"), Err(InvalidUsername::InvisibleCharacter));
    }

    #[test]
    fn a_name_neither_starts_nor_ends_with_a_space() {
        assert_eq!(unicode(" alice"), Err(InvalidUsername::SurroundingSpace));
        assert_eq!(unicode("alice "), Err(InvalidUsername::SurroundingSpace));
        assert_eq!(unicode("     "), Err(InvalidUsername::SurroundingSpace));
    }

    #[test]
    fn look_alike_scripts_are_not_mixed() {
        for name in ["p\u{430}ypal", "g\u{3bf}ogle", "\u{3bf}\u{43e}\u{3bf}\u{43e}", "p\u{1d6c2}ypal", "\u{b5}ser"]
            .into_iter()
            .chain(["\u{1d5c9}\u{430}\u{1d5d2}\u{1d5c9}\u{1d5ba}\u{1d5c5}"])
        {
            assert_eq!(unicode(name), Err(InvalidUsername::MixedScripts), "{name}");
        }
        assert!(unicode("日本taro").is_ok(), "Latin beside Han is what people write");
    }

    #[test]
    fn precis_rules_leave_letters_and_digits_of_any_script() {
        let precis = |raw| by(UsernamePolicy::Precis, raw);
        for name in ["Alice_7", "Jürgen", "владимир", "日本語テスト", "محمد", "ｆｕｌｌｗｉｄｔｈ"]
        {
            assert!(precis(name).is_ok(), "{name}");
        }
        for name in ["user name", "😀😀😀😀", "a\u{2460}bc", "\u{627}abc", "♚♚♚♚", "henry\u{2163}"] {
            assert_eq!(precis(name), Err(InvalidUsername::Character), "{name}");
        }
    }

    #[test]
    fn ascii_rules_leave_out_all_else() {
        assert!(by(UsernamePolicy::Ascii, "alice").is_ok());
        assert_eq!(by(UsernamePolicy::Ascii, "alicé"), Err(InvalidUsername::Character));
        assert_eq!(by(UsernamePolicy::Ascii, "ali\tce"), Err(InvalidUsername::InvisibleCharacter));
    }

    #[test]
    fn the_letters_typed_are_kept_and_the_key_is_shared() {
        let name = unicode("ALICE").expect("a good name");
        assert_eq!(name.as_str(), "ALICE");
        assert_eq!(name.key_id(), unicode("alice").expect("a good name").key_id());
        assert_eq!(name.key_id(), typed("aLiCe").expect("a good name").key_id());
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_keeps_what_it_accepts(raw in ".{0,40}") {
            if let Ok(name) = unicode(&raw) {
                prop_assert_eq!(name.as_str(), raw.as_str());
                let chars = raw.chars().count();
                prop_assert!((Username::MIN_CHARS..=Username::DEFAULT_MAX_CHARS).contains(&chars));
                prop_assert!(typed(&raw).is_ok());
            }
        }

        #[test]
        fn every_imported_name_can_log_in_by_its_own_spelling(raw in ".{0,40}") {
            if let Ok(name) = Username::imported(&raw, Username::MOST_CHARS) {
                let typed = LoginName::parse(&raw, Username::MOST_CHARS).expect("as wide bounds");
                prop_assert_eq!(name.key_id(), typed.key_id());
            }
        }

        #[test]
        fn every_new_name_can_log_in_by_its_own_spelling(raw in "\\PC{4,31}") {
            if let Ok(name) = unicode(&raw) {
                prop_assert_eq!(name.key_id(), typed(&raw).expect("wider bounds").key_id());
            }
        }
    }
}
