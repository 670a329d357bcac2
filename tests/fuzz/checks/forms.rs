//! Bodies. Input: the first line is the `Content-Type`, the rest is the body.

use std::collections::BTreeSet;

use doorward_adapters_http::fuzzing::{BodyFields, fields};
use url::form_urlencoded;

/// The bounds of `adapters-http/src/request/fields`.
const MOST_FIELDS: usize = 100;
const MOST_NAME_BYTES: usize = 256;

const JSON: &str = "application/json";
const URLENCODED: &str = "application/x-www-form-urlencoded";

pub fn check(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
    let Ok(content_type) = std::str::from_utf8(&input[..end]) else { return };
    let body = input.get(end + 1..).unwrap_or_default();
    let Some(read) = fields(content_type, body) else {
        let known = [JSON, URLENCODED, "multipart/form-data"].contains(&content_type);
        assert!(!known, "{content_type:?} carries no fields");
        return;
    };
    if body.is_empty() {
        assert_eq!(read, Ok(Vec::new()), "an empty body has no fields");
    }
    let Ok(read) = read else { return };

    assert!(read.len() <= MOST_FIELDS);
    assert!(read.iter().all(|(name, _)| name.len() <= MOST_NAME_BYTES));
    let names: BTreeSet<&String> = read.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), read.len(), "a field occurs twice");
    let size: usize = read.iter().map(|(name, text)| name.len() + text.as_ref().map_or(0, String::len)).sum();
    assert!(size <= body.len(), "the fields are larger than the body");

    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        JSON => agrees_with_serde(body, &read),
        URLENCODED => agrees_with_the_standard(body, &read),
        _ => {}
    }
    survives_the_other_types(&read);
}

/// JSON is read as serde reads it.
fn agrees_with_serde(body: &[u8], read: &BodyFields) {
    // serde's values cannot hold numbers beyond the range of a double; those inputs are skipped.
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(body) else { return };
    let object = value.as_object().expect("an object");
    assert_eq!(object.len(), read.len());
    for (name, text) in read {
        assert_eq!(object[name.as_str()].as_str(), text.as_deref(), "{name:?}");
    }
}

/// A urlencoded body that is accepted is read as the standard says (WHATWG URL, 5.1).
fn agrees_with_the_standard(body: &[u8], read: &BodyFields) {
    let standard = form_urlencoded::parse(body).map(|(name, text)| (name.into_owned(), Some(text.into_owned())));
    assert_eq!(*read, standard.collect::<BodyFields>());
}

/// The same fields are read from each of the three content types.
fn survives_the_other_types(read: &BodyFields) {
    let texts: Vec<(&str, &str)> =
        read.iter().filter_map(|(name, text)| Some((name.as_str(), text.as_deref()?))).collect();
    let expected: BTreeSet<(String, Option<String>)> =
        texts.iter().map(|(name, text)| ((*name).to_owned(), Some((*text).to_owned()))).collect();
    let carried = |content_type: &str, body: &[u8]| {
        let read = fields(content_type, body).expect("a type that carries fields").expect("a good body");
        assert_eq!(read.into_iter().collect::<BTreeSet<_>>(), expected, "{content_type}");
    };

    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&texts).finish();
    carried(URLENCODED, body.as_bytes());

    let object: serde_json::Map<String, serde_json::Value> =
        texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect();
    carried(JSON, serde_json::Value::Object(object).to_string().as_bytes());

    // Only names that no browser escapes, and only texts that do not contain the boundary.
    let plain = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let boundary = "-boundary-f2a9c1";
    if texts.iter().all(|(name, text)| plain(name) && !text.contains(boundary)) {
        let parts = texts.iter().map(|(name, text)| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
        });
        let body = format!("{}--{boundary}--\r\n", parts.collect::<String>());
        carried(&format!("multipart/form-data; boundary={boundary}"), body.as_bytes());
    }
}
