//! Digests as hexadecimal text.

use std::fmt::Write;

/// The digest that 64 hexadecimal digits of either case write; `None` for any other text.
#[must_use]
pub fn digest_from_hex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    let bytes: Vec<u8> = pairs.iter().filter_map(|[high, low]| u8::try_from(high * 16 + low).ok()).collect();
    bytes.try_into().ok()
}

/// A digest as 64 lower-case hexadecimal digits.
#[must_use]
pub fn digest_to_hex(digest: &[u8; 32]) -> String {
    digest.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_64_digits() {
        let text = "00ff".repeat(16);
        let digest = digest_from_hex(&text.to_uppercase()).expect("a digest");
        assert_eq!((digest[0], digest[1], digest_to_hex(&digest)), (0, 0xff, text.clone()));
        for bad in ["", &text[1..], &format!("{text}00"), &text.replacen('f', "g", 1), &text.replacen("00", "é", 1)] {
            assert_eq!(digest_from_hex(bad), None, "{bad}");
        }
    }
}
