//! Attributes: what an operator wants to know of a user or a session beyond what sign-in needs.

use std::sync::Arc;

use serde_json::{Map, Value};
use thiserror::Error;

/// A JSON object (RFC 8259), kept as its compact text. What its members mean only the operator's own programs know.
///
/// Clones share the text, and the empty object has none: every validation hands attributes on, and most users have none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(Option<Arc<str>>);

impl Attributes {
    /// The most bytes of the compact text. It goes along with each answer to "who is this?" and is kept in memory beside
    /// each session; what is larger belongs in a table of the operator's own, by the user's id.
    pub const MAX_BYTES: usize = 4 * 1024;
    /// The deepest nesting, the object itself being the first level: room for lists of objects, and nothing that a reader
    /// in another language would have to recurse far into.
    pub const MAX_DEPTH: usize = 8;

    const EMPTY: &str = "{}";

    /// Reads a JSON object that an operator wrote or a store holds. White space between its parts is left out,
    /// numbers keep all their digits, and of members with one name the last counts, as in JavaScript.
    ///
    /// # Errors
    /// [`InvalidAttributes`] says which rule it breaks.
    pub fn parse(raw: &str) -> Result<Self, InvalidAttributes> {
        if raw == Self::EMPTY {
            return Ok(Self::default());
        }
        let object: Map<String, Value> = serde_json::from_str(raw).map_err(|_| InvalidAttributes::NotAnObject)?;
        let object = Value::from(object);
        if depth(&object) > Self::MAX_DEPTH {
            return Err(InvalidAttributes::Depth);
        }
        let compact = object.to_string();
        if compact.len() > Self::MAX_BYTES {
            return Err(InvalidAttributes::Length);
        }
        Ok(Self((compact != Self::EMPTY).then(|| compact.into())))
    }

    /// Whether the object has no member.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The compact text.
    #[must_use]
    pub fn as_json(&self) -> &str {
        self.0.as_deref().unwrap_or(Self::EMPTY)
    }
}

/// Which rule for attributes was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidAttributes {
    /// It is no JSON, or JSON of another kind.
    #[error("the attributes are not one JSON object")]
    NotAnObject,
    /// More bytes than allowed.
    #[error("the attributes have more than {} bytes as compact JSON", Attributes::MAX_BYTES)]
    Length,
    /// Nested deeper than allowed.
    #[error("the attributes nest deeper than {} levels", Attributes::MAX_DEPTH)]
    Depth,
}

/// How deep a value nests. The parser has refused what nests deeper than this could recurse.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_object_is_kept_without_its_white_space() {
        let attributes = Attributes::parse(" { \"plan\" : \"pro\" ,\n \"seats\" : [ 1 , 2.5 ] } ").expect("an object");
        assert_eq!(attributes.as_json(), r#"{"plan":"pro","seats":[1,2.5]}"#);
        assert_eq!(Attributes::parse(r#"{"a":1,"a":2}"#).expect("an object").as_json(), r#"{"a":2}"#);
    }

    #[test]
    fn numbers_keep_all_their_digits() {
        let numbers = r#"{"a":12345678901234567890123,"b":1.10,"c":-0.30000000000000000001,"d":1e+999}"#;
        assert_eq!(Attributes::parse(numbers).expect("an object").as_json(), numbers);
    }

    #[test]
    fn the_empty_object_is_the_default() {
        for empty in ["{}", " { } "] {
            assert_eq!(Attributes::parse(empty), Ok(Attributes::default()));
        }
        assert!(Attributes::default().is_empty());
        assert_eq!(Attributes::default().as_json(), "{}");
        assert!(!Attributes::parse(r#"{"":null}"#).expect("an object").is_empty());
    }

    #[test]
    fn nothing_but_an_object_is_taken() {
        let bad = ["", "null", "[]", "\"{}\"", "1", "{", "{}{}", "{a:1}", "{\"a\":1,}", "{\"a\":\"\u{1}\"}"];
        for bad in bad {
            assert_eq!(Attributes::parse(bad), Err(InvalidAttributes::NotAnObject), "{bad}");
        }
    }

    #[test]
    fn the_longest_text_is_four_kibibytes() {
        let of_bytes = |bytes: usize| format!("{{ \"a\": \"{}\" }}", "x".repeat(bytes - r#"{"a":""}"#.len()));
        let longest = Attributes::parse(&of_bytes(Attributes::MAX_BYTES)).expect("just short enough");
        assert_eq!(longest.as_json().len(), Attributes::MAX_BYTES);
        assert_eq!(Attributes::parse(&of_bytes(Attributes::MAX_BYTES + 1)), Err(InvalidAttributes::Length));
    }

    #[test]
    fn the_deepest_object_has_eight_levels() {
        let of_levels = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
        assert!(Attributes::parse(&of_levels(Attributes::MAX_DEPTH)).is_ok());
        assert_eq!(Attributes::parse(&of_levels(Attributes::MAX_DEPTH + 1)), Err(InvalidAttributes::Depth));
        let bomb = format!("{{\"a\":{}", "[".repeat(1_000_000));
        assert_eq!(Attributes::parse(&bomb), Err(InvalidAttributes::NotAnObject), "and nothing recurses into it");
    }

    proptest! {
        #[test]
        fn what_was_parsed_parses_to_itself(members in proptest::collection::btree_map("\\PC{0,8}", "(?s).{0,20}", 0..6)) {
            let members: Map<String, Value> = members.into_iter().map(|(name, text)| (name, text.into())).collect();
            let attributes = Attributes::parse(&Value::from(members).to_string()).expect("an object");
            prop_assert_eq!(Attributes::parse(attributes.as_json()), Ok(attributes.clone()));
            prop_assert!(!attributes.as_json().contains('\0'), "which no store would take");
        }

        #[test]
        fn no_text_does_harm(raw in "(?s)[\\{\\}\\[\\]\",:a1\\\\u0 ]{0,60}") {
            if let Ok(attributes) = Attributes::parse(&raw) {
                prop_assert_eq!(attributes.as_json().as_bytes()[0], b'{');
            }
        }
    }
}
