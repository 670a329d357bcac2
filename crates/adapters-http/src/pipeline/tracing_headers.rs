//! The ids that a proxy gives a request: `X-Request-Id` and the trace of W3C Trace Context. The pipeline reads them only where
//! the peer is a trusted proxy.

use poem::http::{HeaderMap, HeaderName, HeaderValue};

/// The header of a request's id.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A request's id of 1 to 128 characters, none of which has a meaning in a log or a header.
pub(super) struct ForwardedId(HeaderValue);

impl ForwardedId {
    const MAX_CHARS: usize = 128;

    /// The id in the one `X-Request-Id` field; `None` where it is missing, repeated or not well-formed.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = the_only(headers, &REQUEST_ID)?;
        let is_allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"._~+/=-".contains(byte);
        let is_id = (1..=Self::MAX_CHARS).contains(&value.len()) && value.as_bytes().iter().all(is_allowed);
        is_id.then(|| Self(value.clone()))
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

/// The trace that a request belongs to (W3C Trace Context, 3.2): 32 lower-case hexadecimal digits.
pub(super) struct TraceId(HeaderValue);

impl TraceId {
    /// The trace in the one `traceparent` field; `None` where it is missing, repeated or invalid.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = the_only(headers, &TRACEPARENT)?;
        is_traceparent(value.as_bytes()).then(|| Self(value.clone()))
    }

    pub(super) fn as_str(&self) -> &str {
        // Checked when it was parsed.
        self.0.to_str().ok().and_then(|text| text.get(3..35)).unwrap_or_default()
    }
}

/// Whether this is `version "-" trace-id "-" parent-id "-" trace-flags`. A later version than 00 may go on after another
/// hyphen; version ff and ids of zeros are invalid.
fn is_traceparent(value: &[u8]) -> bool {
    const CHARS: usize = 55;
    let (Some(head), rest) = (value.get(..CHARS), value.get(CHARS..).unwrap_or_default()) else { return false };
    let (version, trace, parent, flags) = (&head[..2], &head[3..35], &head[36..52], &head[53..]);
    let is_hex = |text: &[u8]| text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let is_id = |text: &[u8]| is_hex(text) && text.iter().any(|byte| *byte != b'0');
    let ends_well = rest.is_empty() || (version != b"00" && rest[0] == b'-');
    [head[2], head[35], head[52]] == *b"---"
        && is_hex(version)
        && version != b"ff"
        && is_id(trace)
        && is_id(parent)
        && is_hex(flags)
        && ends_well
}

fn the_only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &HeaderName, values: &[&[u8]]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_bytes(value).expect("a field value"))).collect()
    }

    #[test]
    fn a_forwarded_id_has_1_to_128_harmless_characters() {
        let longest = "a".repeat(128);
        for id in ["7", "Az09._~+/=-", "0af7651916cd43dd8448eb211c80319c", &longest] {
            let found = ForwardedId::of(&with(&REQUEST_ID, &[id.as_bytes()]));
            assert_eq!(found.as_ref().map(ForwardedId::as_str), Some(id));
        }
        let too_long = "a".repeat(129);
        for id in ["", "a b", "a\tb", "a,b", "a\"b", "<b>", "a;b", "\u{fc}", &too_long] {
            assert!(ForwardedId::of(&with(&REQUEST_ID, &[id.as_bytes()])).is_none(), "{id:?}");
        }
        assert!(ForwardedId::of(&with(&REQUEST_ID, &[b"a", b"a"])).is_none());
        assert!(ForwardedId::of(&HeaderMap::new()).is_none());
    }

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    fn trace(values: &[&str]) -> Option<String> {
        let values: Vec<_> = values.iter().map(|value| value.as_bytes()).collect();
        TraceId::of(&with(&TRACEPARENT, &values)).map(|trace| trace.as_str().to_owned())
    }

    #[test]
    fn a_traceparent_of_any_version_has_a_trace() {
        for text in [
            format!("00-{TRACE}-b7ad6b7169203331-01"),
            format!("00-{TRACE}-b7ad6b7169203331-00"),
            format!("cc-{TRACE}-b7ad6b7169203331-01"),
            format!("cc-{TRACE}-b7ad6b7169203331-01-more of a later version"),
        ] {
            assert_eq!(trace(&[&text]).as_deref(), Some(TRACE), "{text}");
        }
    }

    #[test]
    fn an_invalid_traceparent_is_ignored() {
        let zeros = "0".repeat(32);
        for text in [
            String::new(),
            format!("00-{TRACE}-b7ad6b7169203331"),
            format!("00-{TRACE}-b7ad6b7169203331-01-more"),
            format!("cc-{TRACE}-b7ad6b7169203331-01more"),
            format!("ff-{TRACE}-b7ad6b7169203331-01"),
            format!("00-{zeros}-b7ad6b7169203331-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-b7ad6b7169203331-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-b7ad6b7169203331-0x"),
            format!("00_{TRACE}-b7ad6b7169203331-01"),
            format!("0-{TRACE}-b7ad6b7169203331-011"),
        ] {
            assert_eq!(trace(&[&text]), None, "{text}");
        }
        let valid = format!("00-{TRACE}-b7ad6b7169203331-01");
        assert_eq!(trace(&[&valid, &valid]), None, "a repeated field");
    }
}
