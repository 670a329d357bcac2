//! The passwords that an attacker tries first (OWASP ASVS 5.0, 6.2.4 and 6.2.11). All texts here are folded.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use crate::text;

/// Words that an attacker tries first at this site, such as its name. Neither they nor their variants are passwords.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedWords(Option<Arc<[String]>>);

impl BlockedWords {
    /// The fewest characters of a blocked word. Too many good passwords are variants of shorter ones.
    pub const MIN_CHARS: usize = 4;
    /// No words.
    pub const NONE: Self = Self(None);

    /// Folds these words and leaves out those of fewer than [`Self::MIN_CHARS`] characters.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let folded = words.into_iter().map(text::fold);
        let mut words: Vec<String> =
            folded.filter(|word| word.chars().count() >= Self::MIN_CHARS).map(|word| word.to_string()).collect();
        words.sort_unstable_by(|a, b| (stem(a), a).cmp(&(stem(b), b)));
        words.dedup();
        Self(Some(words.into()))
    }

    /// Whether a text is a variant of one of the words.
    fn have_variant(&self, text: &str) -> bool {
        let words = self.0.as_deref().unwrap_or_default();
        // A word and its variants have one stem, and the words are sorted by theirs.
        let first = words.partition_point(|word| stem(word) < stem(text));
        words[first..].iter().take_while(|word| stem(word) == stem(text)).any(|word| is_variant(text, word))
    }
}

/// Whether this folded password is the username, its repetition, or a variant of these.
pub(crate) fn is_username(password: &str, username: &str) -> bool {
    let username = text::fold(username);
    is_variant(password, &username) || is_variant(repeated_unit(password), &username)
}

/// Whether this folded password is among the first that an attacker tries: one of the 10,000 most common ones, a run of keys
/// or letters, a variant of the product's name or of a blocked word, or a repetition of one of these or of up to three
/// characters.
pub(crate) fn is_guessed_first(password: &str, words: &BlockedWords) -> bool {
    /// One folded password a line; `data/README.md` says where they are from.
    static MOST_COMMON: LazyLock<HashSet<&str>> =
        LazyLock::new(|| include_str!("../data/common-passwords.txt").lines().collect());
    const PRODUCT_NAME: &str = "doorward";
    /// The longest text that is no word by itself: repeated, it adds next to nothing.
    const SHORT_CHARS: usize = 3;

    let is_known = |text: &str| {
        MOST_COMMON.contains(text) || is_run(text) || is_variant(text, PRODUCT_NAME) || words.have_variant(text)
    };
    let unit = repeated_unit(password);
    is_known(password) || unit.len() < password.len() && (unit.chars().count() <= SHORT_CHARS || is_known(unit))
}

/// Whether a text is this word with at most ten ASCII digits, punctuation marks and spaces around it: a date fits. A word
/// without letters has no variant but itself.
fn is_variant(text: &str, word: &str) -> bool {
    const MOST_ADDED: usize = 10;
    if stem(word).is_empty() {
        return text == word;
    }
    let has_added = |(at, _): (usize, &str)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        before.len() + after.len() <= MOST_ADDED && before.chars().chain(after.chars()).all(is_added)
    };
    text.match_indices(word).any(has_added)
}

/// The text without the digits, punctuation marks and spaces at its ends.
fn stem(text: &str) -> &str {
    text.trim_matches(is_added)
}

/// Whether users add this character to a word to make it a password.
fn is_added(c: char) -> bool {
    c.is_ascii() && !c.is_ascii_alphabetic()
}

/// The shortest text of which this one is a repetition; itself where it is none.
fn repeated_unit(text: &str) -> &str {
    let ends = text.char_indices().map(|(at, _)| at).skip(1);
    let mut units = ends.take_while(|end| *end <= text.len() / 2).filter(|end| text.len().is_multiple_of(*end));
    let unit = units.find(|end| text.as_bytes().chunks(*end).all(|chunk| chunk == &text.as_bytes()[..*end]));
    unit.map_or(text, |end| &text[..end])
}

/// Whether a text is a run of neighbours on a keyboard, in the alphabet or of digits, in either direction.
fn is_run(text: &str) -> bool {
    /// Row by row and column by column; digits and letters go on behind their last.
    const RUNS: [&str; 6] = [
        "12345678901234567890",
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    ];
    let backwards = text::selected(text, text.chars().rev());
    RUNS.iter().any(|run| run.contains(text) || run.contains(backwards.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::{InvalidPassword, Password, PasswordPolicy};

    fn refusal(password: &str, words: &[&str]) -> Option<InvalidPassword> {
        let policy = PasswordPolicy { words: BlockedWords::new(words.iter().copied()), ..PasswordPolicy::DEFAULT };
        Password::parse_new(password, "alice7", &policy).err()
    }

    #[test]
    fn a_blocked_word_its_variants_and_their_repetitions_are_refused() {
        let words = ["Greenfield", "Green Field", "1. FC Köln", "studio54", "Зелёный"];
        for password in [
            "greenfield",
            "GREENFIELD",
            "Greenfield2026!",
            "ｇｒｅｅｎｆｉｅｌｄ",
            "2026-greenfield",
            "30.11.2026greenfield",
            "#greenfield#1",
            "greenfieldgreenfield",
            "greenfield1greenfield1",
            "green field 1",
            "1. fc köln!",
            "studio54!",
            "STUDIO5454",
            "зелёный1",
        ] {
            assert_eq!(refusal(password, &words), Some(InvalidPassword::Common), "{password}");
            assert_eq!(refusal(password, &[]), None, "{password}");
        }
        for password in [
            "greenfields",
            "my greenfield",
            "greenfield by the sea",
            "greenfield 4711 0815 42",
            "studio99",
            "köln 1. fc",
        ] {
            assert_eq!(refusal(password, &words), None, "{password}");
        }
    }

    #[test]
    fn a_word_without_letters_has_no_variant_and_a_short_word_does_not_count() {
        let words = ["47110815", "abc", "", "  "];
        assert_eq!(refusal("47110815", &words), Some(InvalidPassword::Common));
        for password in ["471108150", "abc471199", "20471903"] {
            assert_eq!(refusal(password, &words), None, "{password}");
        }
    }

    #[test]
    fn the_username_and_the_name_of_the_product_have_variants_too() {
        for password in ["alice7", "Alice7!", "2026alice7", "alice7alice7", "ALICE77777"] {
            assert_eq!(refusal(password, &[]), Some(InvalidPassword::IsUsername), "{password}");
        }
        for password in ["alice88", "malice7", "alice7 rides"] {
            assert_eq!(refusal(password, &[]), None, "{password}");
        }
        assert_eq!(refusal("Doorward2026!", &[]), Some(InvalidPassword::Common));
    }

    #[test]
    fn of_a_long_list_every_word_is_found() {
        let numbered: Vec<String> = (0..2_000).map(|n| format!("{}w{n}rd{}", n % 7, n % 11)).collect();
        let words = BlockedWords::new(numbered.iter().map(String::as_str));
        for word in &numbered {
            assert!(words.have_variant(word) && words.have_variant(&format!("!{word}!")), "{word}");
        }
        assert!(!words.have_variant("w1rds"));
    }
}
