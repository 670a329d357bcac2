//! Usernames. Input: a text that a user wants as a username.

use doorward_domain::{InvalidUsername, LoginName, Username, UsernamePolicy, UsernameRules};
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

pub fn check(input: &[u8]) {
    let Ok(raw) = std::str::from_utf8(input) else { return };
    check_folding(raw);
    check_imported(raw);
    for max_chars in [Username::DEFAULT_MAX_CHARS, Username::MOST_CHARS] {
        check_bounds(raw, max_chars);
    }
}

/// A name is judged by its length, and by characters that no one sees.
fn check_bounds(raw: &str, max_chars: usize) {
    let parse = |policy| Username::parse(raw, UsernameRules { policy, max_chars });
    let unicode = parse(UsernamePolicy::Unicode);
    let chars = raw.chars().count();
    let in_bounds = (Username::MIN_CHARS..=max_chars).contains(&chars);
    let is_length_error = |error: &InvalidUsername| {
        matches!(error, InvalidUsername::Missing | InvalidUsername::TooShort | InvalidUsername::TooLong)
    };
    // A key has at most 2,000 bytes, and a few characters fold to many.
    let is_long_key = in_bounds && fold(raw).len() > 2_000;
    assert!(unicode.is_err() || !is_long_key, "{chars} characters");
    let is_of_wrong_length = unicode.as_ref().is_err_and(is_length_error);
    assert!(is_of_wrong_length != in_bounds || is_long_key, "{chars} characters");
    let trimmed = raw.trim().chars().count();
    assert_eq!(LoginName::parse(raw, max_chars).is_ok(), (1..=max_chars).contains(&trimmed), "{trimmed} characters");

    for policy in [UsernamePolicy::Unicode, UsernamePolicy::Precis, UsernamePolicy::Ascii] {
        let Ok(name) = parse(policy) else { continue };
        assert_eq!(name.as_str(), raw, "the letters typed are kept");
        assert!(unicode.is_ok(), "{policy:?} accepts a name that the policy `unicode` refuses");
        let typed = LoginName::parse(raw, max_chars).expect("an accepted username is accepted at login");
        assert_eq!(name.key_id(), typed.key_id(), "sign-up and login make different keys");
        assert_ne!(fold(raw), "", "a name without a visible character");
        assert!(raw.chars().all(|c| !is_hidden(c)), "an invisible character");
        assert_eq!(raw.trim(), raw, "space around a name");
        if policy == UsernamePolicy::Ascii {
            assert!(raw.is_ascii());
            assert_eq!(fold(raw), raw.to_ascii_lowercase(), "in ASCII only letter case is folded");
        }
    }
}

/// A user of another system signs in by the name that they had there.
fn check_imported(raw: &str) {
    let Ok(name) = Username::imported(raw, Username::MOST_CHARS) else { return };
    assert_eq!(name.as_str(), raw, "an imported name is kept");
    assert!(!raw.contains('\0'), "PostgreSQL cannot hold U+0000");
    let typed = LoginName::parse(raw, Username::MOST_CHARS).expect("an imported username is accepted at login");
    assert_eq!(name.key_id(), typed.key_id(), "import and login make different keys");
    assert_ne!(fold(raw), "", "a name without a visible character");
}

/// For any text, valid as a name or not: spellings that look the same have one key.
fn check_folding(raw: &str) {
    // Between two bars, since a key leaves out the white space around a name.
    let raw = &format!("|{raw}|");
    let folded = fold(raw);
    assert_eq!(fold(&folded), folded, "folding a folded text changes it");
    assert_eq!(fold(&raw.to_ascii_uppercase()), fold(&raw.to_ascii_lowercase()), "letter case");
    let composing = [ComposingNormalizer::new_nfc(), ComposingNormalizer::new_nfkc()];
    let decomposing = [DecomposingNormalizer::new_nfd(), DecomposingNormalizer::new_nfkd()];
    let spellings = composing.iter().map(|form| form.normalize(raw).into_owned());
    for spelling in spellings.chain(decomposing.iter().map(|form| form.normalize(raw).into_owned())) {
        assert_eq!(fold(&spelling), folded, "the spelling {}", spelling.escape_unicode());
    }
    // Invisible characters make no difference at any place.
    let with_hidden: String = raw.chars().flat_map(|c| [c, '\u{200b}', '\u{ad}']).collect();
    assert_eq!(fold(&with_hidden), folded);
}

/// Returns the folded text: the part of a key's id after the provider. A stored name has no bounds on its length.
fn fold(text: &str) -> String {
    let key_id = Username::restore(text.to_owned()).key_id();
    key_id.as_str().strip_prefix("username:").expect("the provider comes first").to_owned()
}

/// Some of the characters that no name may have, listed independently of the parser's tables.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0001}'..='\u{e007f}' | '\u{f0000}'..='\u{10ffff}')
}
