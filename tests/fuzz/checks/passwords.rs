//! Passwords. Input: the first line is a username, the rest is the password that this user wants to have.

use doorward_domain::{InvalidPassword, Password, PasswordPolicy, Username};
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let (username, raw) = text.split_once('\n').unwrap_or(("", text));
    let chars = raw.chars().count();

    let typed = Password::parse_login(raw);
    assert_eq!(typed.is_ok(), (1..=Password::MAX_CHARS).contains(&chars), "{chars} characters");
    if let Ok(typed) = &typed {
        let nfkc = ComposingNormalizer::new_nfkc();
        assert_eq!(typed.expose(), nfkc.normalize(raw), "the password differs from its NFKC form");
        assert_eq!(format!("{typed:?}"), "Password(…)");
        // A decomposed spelling is the same password, unless it is too long.
        if let Ok(other) = Password::parse_login(&DecomposingNormalizer::new_nfd().normalize(raw)) {
            assert_eq!(other.expose(), typed.expose());
        }
    }

    let strict = PasswordPolicy::DEFAULT;
    let lax = PasswordPolicy { blocklist: false, ..PasswordPolicy::DEFAULT };
    let in_bounds = (strict.min_chars..=Password::MAX_CHARS).contains(&chars);
    let chosen = Password::parse_new(raw, username, &strict);
    let is_length_error = |error: &InvalidPassword| {
        matches!(error, InvalidPassword::Missing | InvalidPassword::TooShort | InvalidPassword::TooLong)
    };
    assert_eq!(chosen.as_ref().is_err_and(is_length_error), !in_bounds, "{chars} characters");
    assert_eq!(Password::parse_new(raw, username, &lax).is_ok(), in_bounds, "without the blocklist only length counts");
    if let Ok(chosen) = &chosen {
        assert_eq!(chosen.expose(), typed.expect("an accepted new password is accepted at login").expose());
        assert_ne!(key(raw), key(username), "the username itself is taken as a password");
        assert_ne!(key(raw), key("doorward"), "the product's name is taken as a password");
    }
    // Letter case does not get around the blocklist.
    let upper = Password::parse_new(&raw.to_ascii_uppercase(), username, &strict);
    assert_eq!(upper.is_ok(), chosen.is_ok());
}

fn key(name: &str) -> String {
    Username::restore(name.to_owned()).key_id().as_str().to_owned()
}
