//! What a misspelt name most likely means.

use clap::builder::PossibleValuesParser;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};

/// The name that is most like this word, by clap's measure. `None` if none is.
pub(crate) fn similar(word: &str, names: impl IntoIterator<Item = &'static str>) -> Option<String> {
    let argument = Arg::new("name").value_parser(PossibleValuesParser::new(names));
    let names = Command::new("names").no_binary_name(true).arg(argument);
    match names.try_get_matches_from(["--", word]).err()?.get(ContextKind::SuggestedValue)? {
        ContextValue::String(name) => Some(name.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_has_a_similar_one_and_another_word_none() {
        let names = ["open", "closed"];
        assert_eq!(similar("opne", names).as_deref(), Some("open"));
        assert_eq!(similar("close", names).as_deref(), Some("closed"));
        for word in ["maybe", "", "open"] {
            assert_eq!(similar(word, names), None, "{word}");
        }
    }
}
