//! The head of a request as an input: `name: value` lines as sent on the wire.

use poem::http::{HeaderMap, HeaderName, HeaderValue};

/// Reads the fields of a head. Lines that are no fields are skipped, since hyper would refuse them.
pub fn parse(input: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        append(&mut headers, &line[..colon], line[colon + 1..].trim_ascii());
    }
    headers
}

/// Adds a field, if its name and value are valid.
pub fn append(headers: &mut HeaderMap, name: &[u8], value: &[u8]) {
    if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
        headers.append(name, value);
    }
}

/// The same head with one more field: before all others of that name if `first`, else after them.
pub fn with(headers: &HeaderMap, name: &'static str, value: &str, first: bool) -> HeaderMap {
    let value: HeaderValue = value.parse().expect("a header value");
    let mut others = headers.clone();
    if !first {
        others.append(name, value);
        return others;
    }
    others.remove(name);
    others.append(name, value);
    for other in headers.get_all(name) {
        others.append(name, other.clone());
    }
    others
}

/// The same head without one field.
pub fn without(headers: &HeaderMap, name: &str) -> HeaderMap {
    let mut others = headers.clone();
    others.remove(name);
    others
}
