//! Fields from `multipart/form-data` (RFC 7578), read from a body that has arrived whole.
//!
//! Written out here because libraries read a stream, through buffers that they do not wipe.

use zeroize::Zeroizing;

use super::named::{Fields, Malformed, Value};

const CUT_OFF: Malformed = Malformed("the multipart body is cut off");
const BROKEN_HEAD: Malformed = Malformed("the head of a part cannot be read");

pub(super) fn parse(body: &[u8], boundary: &str) -> Result<Fields, Malformed> {
    if boundary.is_empty() {
        return Err(Malformed("no boundary"));
    }
    let mut fields = Fields::default();
    let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
    // The line break before the first delimiter may be missing. What stands before it means nothing (RFC 2046, 5.1.1).
    let first = body.strip_prefix(&delimiter[2..]);
    let mut rest = first.or_else(|| Some(split_once(body, &delimiter)?.1)).ok_or(CUT_OFF)?;
    while !rest.starts_with(b"--") {
        let (padding, part) = split_once(rest, b"\r\n").ok_or(CUT_OFF)?;
        if !padding.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
            return Err(Malformed("the boundary stands inside a part"));
        }
        let (head, part) = split_once(part, b"\r\n\r\n").ok_or(CUT_OFF)?;
        let (content, behind) = split_once(part, &delimiter).ok_or(CUT_OFF)?;
        let Disposition { name, is_file } = Disposition::of(head)?;
        let value = if is_file {
            Value::Other
        } else {
            let text = std::str::from_utf8(content).map_err(|_| Malformed("not UTF-8"))?;
            Value::Text(Zeroizing::new(text.to_owned()))
        };
        fields.add(name, Some(value))?;
        rest = behind;
    }
    Ok(fields)
}

/// What stands before and behind the first occurrence of a separator.
fn split_once<'a>(bytes: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(separator.len()).position(|window| window == separator)?;
    Some((&bytes[..at], &bytes[at + separator.len()..]))
}

/// What a part says of itself.
struct Disposition {
    name: String,
    is_file: bool,
}

impl Disposition {
    /// Reads the head of a part: its one `Content-Disposition`. Other fields of the head are ignored (RFC 7578, 4.8).
    fn of(head: &[u8]) -> Result<Self, Malformed> {
        let head = std::str::from_utf8(head).map_err(|_| BROKEN_HEAD)?;
        let mut dispositions = Vec::new();
        for line in head.split("\r\n") {
            let (name, value) = line.split_once(':').ok_or(BROKEN_HEAD)?;
            if name.eq_ignore_ascii_case("content-disposition") {
                dispositions.push(value);
            }
        }
        let [disposition] = dispositions[..] else { return Err(BROKEN_HEAD) };
        Self::parse(disposition).ok_or(BROKEN_HEAD)
    }

    /// Reads `form-data; name="…"; filename="…"`. Browsers write a quote in a value as `%22` (HTML, 4.10.21.8), so the next
    /// quote ends it.
    fn parse(value: &str) -> Option<Self> {
        let (kind, mut rest) = value.split_once(';')?;
        let (mut name, mut is_file) = (None, false);
        while !rest.trim().is_empty() {
            let (parameter, after) = rest.split_once('=')?;
            let (value, behind) = match after.trim_start().strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => after.split_at(after.find(';').unwrap_or(after.len())),
            };
            match parameter.trim().to_ascii_lowercase().as_str() {
                "name" if name.is_some() => return None,
                "name" => name = Some(value.to_owned()),
                "filename" | "filename*" => is_file = true,
                _ => {}
            }
            let behind = behind.trim_start();
            rest = if behind.is_empty() { behind } else { behind.strip_prefix(';')? };
        }
        let is_form_data = kind.trim().eq_ignore_ascii_case("form-data");
        name.filter(|_| is_form_data).map(|name| Self { name, is_file })
    }
}
