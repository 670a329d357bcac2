//! Fields from `application/json`: the members of one object. `null` has no fields.

use std::fmt;
use std::str::Chars;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::named::{Fields, Malformed, Value};

/// The deepest nesting of a body. The forms have none.
pub(super) const MAX_DEPTH: usize = 32;

pub(super) fn parse(body: &[u8]) -> Result<Fields, Malformed> {
    if depth(body) > MAX_DEPTH {
        return Err(Malformed("the JSON nests too deep"));
    }
    let object: Option<Object<'_>> = serde_json::from_slice(body).map_err(|_| Malformed("not one JSON object"))?;
    let mut fields = Fields::default();
    for (name, value) in object.into_iter().flat_map(|object| object.0) {
        let value = match value.get() {
            Value::NULL => None,
            string if string.starts_with('"') => Some(Value::Text(unescape(string)?)),
            json => Some(Value::Json(Zeroizing::new(json.to_owned()))),
        };
        fields.add(name, value)?;
    }
    Ok(fields)
}

/// The deepest nesting of brackets outside texts. The parser checks that they match.
fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// The members of an object in their order, with repeated names, which a map type would drop.
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// The text of a string that the JSON parser has found well-formed. The parser's own reader leaves a copy of a text with
/// escapes in a buffer that it does not wipe.
fn unescape(string: &str) -> Result<Zeroizing<String>, Malformed> {
    const BROKEN: Malformed = Malformed("a JSON string has a broken escape");
    let quoted = string.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or(BROKEN)?;
    let mut text = Zeroizing::new(String::with_capacity(quoted.len()));
    let mut characters = quoted.chars();
    while let Some(c) = characters.next() {
        let plain = match c {
            '\\' => match characters.next().ok_or(BROKEN)? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => code_point(&mut characters).ok_or(BROKEN)?,
                other => other,
            },
            other => other,
        };
        text.push(plain);
    }
    Ok(text)
}

/// The code point of an escape, behind its `\u`. One beyond U+FFFF is two escapes, a pair of UTF-16.
fn code_point(characters: &mut Chars<'_>) -> Option<char> {
    let unit = |characters: &mut Chars<'_>| {
        (0..4).try_fold(0, |unit, _| Some(unit << 4 | u16::try_from(characters.next()?.to_digit(16)?).ok()?))
    };
    let first = unit(characters)?;
    let second = match first {
        0xd800..0xdc00 => {
            characters.next().filter(|c| *c == '\\')?;
            characters.next().filter(|c| *c == 'u')?;
            Some(unit(characters)?)
        }
        _ => None,
    };
    char::decode_utf16([first].into_iter().chain(second)).next()?.ok()
}
