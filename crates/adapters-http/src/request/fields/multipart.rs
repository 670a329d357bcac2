//! Fields from `multipart/form-data` (RFC 7578).

use std::convert::Infallible;

use futures_util::stream;
use poem::http::header;
use zeroize::Zeroizing;

use super::named::{Fields, Malformed, Value};

pub(super) async fn parse(body: &[u8], boundary: &str) -> Result<Fields, Malformed> {
    let mut fields = Fields::default();
    if is_only_the_closing_delimiter(body, boundary) {
        return Ok(fields);
    }
    let whole = stream::iter([Ok::<_, Infallible>(body.to_vec())]);
    let mut parts = multer::Multipart::new(whole, boundary);
    while let Some(part) = parts.next_field().await.map_err(|_| Malformed("not multipart/form-data"))? {
        let name = part.name().ok_or(Malformed("a part has no name"))?.to_owned();
        let is_file = part.file_name().is_some() || disposition(&part).contains("filename*");
        let bytes = part.bytes().await.map_err(|_| Malformed("a part is cut off"))?;
        let value = if is_file {
            Value::Other
        } else {
            let text = std::str::from_utf8(&bytes).map_err(|_| Malformed("not UTF-8"))?;
            Value::Text(Zeroizing::new(text.to_owned()))
        };
        fields.add(name, Some(value))?;
    }
    Ok(fields)
}

/// The disposition of a part, in lower case.
fn disposition(part: &multer::Field<'_>) -> String {
    let value = part.headers().get(header::CONTENT_DISPOSITION).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_ascii_lowercase()
}

/// The body of a form without fields. `multer` takes it for one that was cut off.
fn is_only_the_closing_delimiter(body: &[u8], boundary: &str) -> bool {
    let delimiter = body.strip_suffix(b"\r\n").unwrap_or(body);
    delimiter.strip_prefix(b"--").and_then(|rest| rest.strip_suffix(b"--")) == Some(boundary.as_bytes())
}
