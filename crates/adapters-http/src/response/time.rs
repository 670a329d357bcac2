//! Instants as answers show them.

use std::borrow::Cow;
use std::time::UNIX_EPOCH;

use doorward_domain::Timestamp;
use poem::http::HeaderValue;
use poem::web::headers::{Expires, Header};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseFromJSON, ParseResult, ToJSON, Type};
use serde::Serialize;

/// An instant in JSON: RFC 3339 in UTC with milliseconds, as JavaScript writes it.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct InstantBody(String);

impl From<Timestamp> for InstantBody {
    fn from(instant: Timestamp) -> Self {
        Self(rfc3339(instant))
    }
}

impl Type for InstantBody {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string_date-time".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "date-time")))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ToJSON for InstantBody {
    fn to_json(&self) -> Option<serde_json::Value> {
        Some(self.0.clone().into())
    }
}

/// Asked for by the derive of `Object`. No request has an instant.
impl ParseFromJSON for InstantBody {
    fn parse_from_json(value: Option<serde_json::Value>) -> ParseResult<Self> {
        String::parse_from_json(value).map(Self).map_err(poem_openapi::types::ParseError::propagate)
    }
}

/// An instant with milliseconds, as JavaScript writes it.
fn rfc3339(instant: Timestamp) -> String {
    let since_epoch = instant.since(Timestamp::MIN);
    humantime::format_rfc3339_millis(UNIX_EPOCH + since_epoch).to_string()
}

/// An instant as header fields have it (RFC 9110, 5.6.7).
pub(crate) fn http_date(instant: Timestamp) -> String {
    let mut values: Vec<HeaderValue> = Vec::new();
    Expires::from(UNIX_EPOCH + instant.since(Timestamp::MIN)).encode(&mut values);
    values.first().and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// An instant on a page: for the script, which shows the reader's own time, and as people read it without the script.
pub(crate) struct Moment {
    /// RFC 3339.
    pub(crate) machine: String,
    /// To the minute, in UTC.
    pub(crate) text: String,
}

impl From<Timestamp> for Moment {
    fn from(instant: Timestamp) -> Self {
        Self { machine: rfc3339(instant), text: minute(instant) }
    }
}

/// An instant to the minute, as people read it.
pub(crate) fn minute(instant: Timestamp) -> String {
    let text = rfc3339(instant);
    format!("{} {} UTC", &text[..10], &text[11..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_javascript_writes_them() {
        assert_eq!(rfc3339(Timestamp::from_unix_millis(1_795_504_860_000)), "2026-11-24T07:21:00.000Z");
        assert_eq!(minute(Timestamp::from_unix_millis(1_795_504_860_000)), "2026-11-24 07:21 UTC");
        assert_eq!(http_date(Timestamp::from_unix_millis(1_795_504_860_000)), "Tue, 24 Nov 2026 07:21:00 GMT");
        assert_eq!(http_date(Timestamp::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(rfc3339(Timestamp::MIN), "1970-01-01T00:00:00.000Z");
        assert_eq!(rfc3339(Timestamp::MAX), "9999-12-31T23:59:59.999Z");
    }
}
