//! Usernames: a text that person wants to be called.

use doorward_domain::{InvalidUsername, LoginName, Username, UsernamePolicy};
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

pub fn check(input: &[u8]) {
    let Ok(raw) = std::str::from_utf8(input) else { return };
    check_folding(raw);

    let seed = Username::parse(raw, UsernamePolicy::Unicode);
    let chars = raw.chars().count();
    let in_bounds = (Username::MIN_CHARS..=Username::MAX_CHARS).contains(&chars);
    assert_eq!(seed == Err(InvalidUsername::Length), !in_bounds, "{chars} characters");
    assert_eq!(LoginName::parse(raw).is_ok(), (1..=Username::MAX_CHARS).contains(&chars), "{chars} characters");

    for rules in [UsernamePolicy::Unicode, UsernamePolicy::Precis, UsernamePolicy::Ascii] {
        let Ok(name) = Username::parse(raw, rules) else { continue };
        assert_eq!(name.as_str(), raw, "the letters typed are kept");
        assert!(seed.is_ok(), "{rules:?} takes what seed refuses");
        let typed = LoginName::parse(raw).expect("whoever may sign up may log in");
        assert_eq!(name.key_id(), typed.key_id(), "the name does not log in by its own spelling");
        assert_ne!(fold(raw), "", "a name of which nothing shows");
        assert!(raw.chars().all(|c| !is_hidden(c)), "a character that does not show");
        assert_eq!(raw.trim(), raw, "space around a name");
        if rules == UsernamePolicy::Ascii {
            assert!(raw.is_ascii());
            assert_eq!(fold(raw), raw.to_ascii_lowercase(), "of ASCII nothing but letter case is folded");
        }
    }
}

/// Of any text, names or not: what looks the same has one key.
fn check_folding(raw: &str) {
    let folded = fold(raw);
    assert_eq!(fold(&folded), folded, "folding a folded text changes it");
    assert_eq!(fold(&raw.to_ascii_uppercase()), fold(&raw.to_ascii_lowercase()), "letter case");
    let composing = [ComposingNormalizer::new_nfc(), ComposingNormalizer::new_nfkc()];
    let decomposing = [DecomposingNormalizer::new_nfd(), DecomposingNormalizer::new_nfkd()];
    let spellings = composing.iter().map(|form| form.normalize(raw).into_owned());
    for spelling in spellings.chain(decomposing.iter().map(|form| form.normalize(raw).into_owned())) {
        assert_eq!(fold(&spelling), folded, "the spelling {}", spelling.escape_unicode());
    }
    // Characters that do not show make no difference, wherever they are.
    let with_hidden: String = raw.chars().flat_map(|c| [c, '\u{200b}', '\u{ad}']).collect();
    assert_eq!(fold(&with_hidden), folded);
}

/// The folded text is what follows the provider in a key's id; a stored name has no bounds.
fn fold(text: &str) -> String {
    let key_id = Username::restore(text.to_owned()).key_id();
    key_id.as_str().strip_prefix("username:").expect("the provider comes first").to_owned()
}

/// Some of what must never be in a name, written down independently of the tables that the parser uses.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0001}'..='\u{e007f}' | '\u{f0000}'..='\u{10ffff}')
}
