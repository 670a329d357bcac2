//! Fields from `application/x-www-form-urlencoded` (WHATWG URL, 5.1), read strictly: where the standard's parser would
//! put a replacement character or leave a bad escape standing, a password would silently become another one.

use zeroize::Zeroizing;

use super::named::{Fields, Malformed, Value};

pub(super) fn parse(body: &[u8]) -> Result<Fields, Malformed> {
    if !body.contains(&b'=') {
        // The standard reads such a body as names without values. No form sends that: the content type is wrong.
        return Err(Malformed("not one field with a value"));
    }
    let mut fields = Fields::default();
    for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
        let split = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let name = decode(&pair[..split])?;
        let value = decode(pair.get(split + 1..).unwrap_or_default())?;
        fields.add(name.to_string(), Some(Value::Text(value)))?;
    }
    Ok(fields)
}

fn decode(encoded: &[u8]) -> Result<Zeroizing<String>, Malformed> {
    let mut decoded = Zeroizing::new(Vec::with_capacity(encoded.len()));
    let mut bytes = encoded.iter().copied();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = bytes.next().and_then(hex).zip(bytes.next().and_then(hex));
                let (high, low) = digits.ok_or(Malformed("a percent escape is cut or no hexadecimal"))?;
                high << 4 | low
            }
            plain => plain,
        });
    }
    let text = std::str::from_utf8(&decoded).map_err(|_| Malformed("not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
