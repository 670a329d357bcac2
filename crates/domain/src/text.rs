//! How texts that look alike become one text. Used for names and for the comparison with the blocklist, so that no two
//! places can disagree about what "the same" means. The text may be a password, so no step leaves a copy in memory.

use std::fmt::{self, Write};

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
use icu_properties::{CodePointMapData, CodePointSetData};
use zeroize::Zeroizing;

/// Unicode Normalization Form KC (UAX 15).
pub(crate) fn nfkc(text: &str) -> Zeroizing<String> {
    let mut normal = WipedText::with_capacity(text.len());
    ComposingNormalizer::new_nfkc().normalize_to(text, &mut normal).expect("memory takes any text");
    normal.0
}

/// NFKC(case-fold(NFKC(text))) without code points that do not show (default-ignorable ones and controls), repeated
/// until nothing changes, so that folding a folded text is a no-op.
pub(crate) fn fold(text: &str) -> Zeroizing<String> {
    // Three rounds settle every code point; the bound only makes the loop's end evident.
    const MOST_ROUNDS: usize = 8;
    // Most names are plain: their case is all that folding changes.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Zeroizing::new(text.to_ascii_lowercase());
    }
    let mut folded = fold_once(text);
    for _ in 0..MOST_ROUNDS {
        let again = fold_once(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

fn fold_once(text: &str) -> Zeroizing<String> {
    let mapper = CaseMapper::new();
    let visible = selected(text, text.chars().filter(|c| shows(*c)));
    let mut folded = WipedText::with_capacity(text.len());
    for c in nfkc(&visible).chars() {
        // Case folding looks at one character at a time.
        folded.write_str(&mapper.fold_string(c.encode_utf8(&mut [0; 4]))).expect("memory takes any text");
    }
    nfkc(&folded.0)
}

/// Some characters of a text, in any order.
pub(crate) fn selected(text: &str, characters: impl Iterator<Item = char>) -> Zeroizing<String> {
    let mut selected = Zeroizing::new(String::with_capacity(text.len()));
    selected.extend(characters);
    selected
}

/// A text that is written piece by piece. When it grows, the memory that it leaves is wiped.
struct WipedText(Zeroizing<String>);

impl WipedText {
    fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(bytes)))
    }
}

impl Write for WipedText {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let length = self.0.len() + piece.len();
        if length > self.0.capacity() {
            let mut larger = Self::with_capacity(2 * length);
            larger.0.push_str(&self.0);
            *self = larger;
        }
        self.0.push_str(piece);
        Ok(())
    }
}

/// Whether a code point is neither a control nor one that is drawn as nothing.
pub(crate) fn shows(c: char) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let category = CodePointMapData::<GeneralCategory>::new();
    !ignorable.contains(c) && category.get(c) != GeneralCategory::Control
}

#[cfg(test)]
mod tests {
    use super::fold;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_name_fold_to_one_text() {
        let alike = [
            ("alice", "ALICE"),
            ("alice", "ａｌｉｃｅ"),
            ("office", "oﬀice"),
            ("café", "cafe\u{301}"),
            ("ΟΔΟΣ", "οδος"),
            ("οδοσ", "οδος"),
            ("STRAẞE", "strasse"),
            ("straße", "STRASSE"),
            ("admin1", "adm\u{200b}in1"),
            ("admin1", "adm\u{0}in1"),
            ("alice", "al\u{ad}ice\u{fe0f}"),
        ];
        for (one, other) in alike {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_names_stay_different() {
        for (one, other) in [("alice", "alicé"), ("alice", "al ice"), ("ı", "i"), ("a", "а")] {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
    }

    #[test]
    fn every_assigned_code_point_folds_to_a_fixed_point() {
        // Planes 2 to 13 hold unified ideographs only, their compatibility forms at the end of plane 2; 15 and 16 are
        // private.
        for c in ('\0'..='\u{1ffff}').chain('\u{2f800}'..='\u{2fa1f}').chain('\u{e0000}'..='\u{e0fff}') {
            let once = fold(c.encode_utf8(&mut [0; 4]));
            assert_eq!(fold(&once), once, "U+{:04X}", u32::from(c));
        }
    }

    proptest! {
        #[test]
        fn folding_a_folded_text_changes_nothing(text in "\\PC{0,31}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
