//! Recovery codes. Input: a text that a user typed, or the random bytes of a code.

use doorward_domain::OneTimeCode;
use icu_normalizer::ComposingNormalizer;

/// A digit of Crockford's base 32: no I, L, O or U.
fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | 'A'..='Z') && !"ILOU".contains(c)
}

pub fn check(input: &[u8]) {
    if let Ok(bytes) = input.try_into() {
        check_bytes(bytes);
    }
    if let Ok(text) = std::str::from_utf8(input) {
        check_text(text);
    }
}

fn check_bytes(bytes: &[u8; OneTimeCode::BYTES]) {
    let code = OneTimeCode::of_random(bytes);
    let digits: String = code.expose().split('-').collect();
    assert!(digits.chars().all(is_digit), "{digits}");
    // Decoded independently: each digit is five bits.
    let value = digits.chars().fold(0_u128, |value, digit| {
        let below = ('0'..digit).filter(|c| is_digit(*c)).count();
        value << 5 | u128::try_from(below).expect("fewer than 32")
    });
    assert_eq!(&value.to_be_bytes()[6..], bytes, "{digits}");
    check_text(code.expose());
}

fn check_text(text: &str) {
    let Some(code) = OneTimeCode::parse(text) else { return };
    let written = code.expose();
    let groups: Vec<&str> = written.split('-').collect();
    assert_eq!(groups.len(), 4, "{written}");
    assert!(groups.iter().all(|group| group.len() == 4 && group.chars().all(is_digit)), "{written}");
    assert!(!format!("{code:?}").contains(groups[0]), "a code shows itself");

    // Only separators and the letters that are read as digits were dropped or changed.
    let normal = ComposingNormalizer::new_nfkc().normalize(text);
    let read = normal.chars().filter(char::is_ascii_alphanumeric).map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    });
    assert_eq!(read.collect::<String>(), groups.concat());
    for again in [written.to_owned(), written.to_lowercase(), written.replace('-', " "), written.replace('0', "o")] {
        assert_eq!(OneTimeCode::parse(&again).expect("the same code").expose(), written, "{again}");
    }
    assert!(OneTimeCode::parse(&format!("{text}0")).is_none(), "a code with one more character is accepted");
}
