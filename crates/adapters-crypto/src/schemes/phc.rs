//! PHC strings of scrypt and PBKDF2. Other systems take salts that are shorter or longer than those that the library's
//! reader takes.

use argon2::password_hash::phc::Output;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::unreadable::UnreadableHash;

/// The most bytes of a salt.
const MAX_SALT_BYTES: usize = 128;

/// A PHC string without a version, taken apart.
pub(super) struct PhcString<'a> {
    pub(super) scheme: &'a str,
    params: Vec<(&'a str, u64)>,
    pub(super) salt: Vec<u8>,
    pub(super) tag: Output,
}

impl<'a> PhcString<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, UnreadableHash> {
        let parts: Vec<&str> = text.split('$').collect();
        let ["", scheme, params, salt, tag] = parts[..] else { return Err(UnreadableHash::Shape) };
        let param = |param: &'a str| {
            let (name, value) = param.split_once('=')?;
            Some((name, number(value)?))
        };
        let params = params.split(',').map(param).collect::<Option<_>>().ok_or(UnreadableHash::Params)?;
        if salt.is_empty() || tag.is_empty() {
            return Err(UnreadableHash::Incomplete);
        }
        let salt = STANDARD_NO_PAD.decode(salt).map_err(|_| UnreadableHash::Shape)?;
        if salt.len() > MAX_SALT_BYTES {
            return Err(UnreadableHash::Shape);
        }
        let tag = Output::decode(tag).map_err(|_| UnreadableHash::Shape)?;
        Ok(Self { scheme, params, salt, tag })
    }

    /// The values of these parameters, in any order in the string, `None` where one is missing.
    pub(super) fn params<const N: usize>(&self, names: [&str; N]) -> Result<[Option<u64>; N], UnreadableHash> {
        let mut values = [None; N];
        for (name, value) in &self.params {
            let at = names.iter().position(|known| known == name).ok_or(UnreadableHash::Params)?;
            if values[at].replace(*value).is_some() {
                return Err(UnreadableHash::Params);
            }
        }
        Ok(values)
    }
}

/// A number in decimal digits. One that does not fit is the greatest, which is out of all bounds.
pub(crate) fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// A PHC string without a version.
pub(crate) fn phc_string(scheme: &str, params: &str, salt: &[u8], tag: &[u8]) -> String {
    format!("${scheme}${params}${}${}", STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(tag))
}
