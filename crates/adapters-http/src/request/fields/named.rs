//! Fields by name, with a bound on their number.

use thiserror::Error;
use zeroize::Zeroizing;

/// The most fields or parts of a body.
pub(super) const MAX_FIELDS: usize = 100;
/// The most bytes of a field's name.
pub(super) const MAX_NAME_BYTES: usize = 256;

/// The fields of a request by name; JSON's `null` has no value and counts as missing. Texts are wiped from memory when
/// dropped, because any of them may be a password.
#[derive(Default)]
pub(crate) struct Fields(pub(super) Vec<(String, Option<Value>)>);

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text.
    Text(Zeroizing<String>),
    /// Another value in JSON, as its text: a number, an object, `null`.
    Json(Zeroizing<String>),
    /// A file.
    Other,
}

impl Value {
    /// JSON's `null`, where it is a value.
    pub(super) const NULL: &str = "null";

    /// Whether it is JSON's `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(self, Self::Json(json) if json.as_str() == Self::NULL)
    }
}

/// A body does not parse, names a field twice, or has more fields or longer names than any form here.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the body cannot be read: {0}")]
pub(crate) struct Malformed(pub(crate) &'static str);

impl Fields {
    /// The text of a field; `None` where it is missing or not a text. For tests and fuzz targets.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn text(&self, name: &str) -> Option<&Zeroizing<String>> {
        self.0.iter().find(|(known, _)| known == name).and_then(|(_, value)| match value {
            Some(Value::Text(text)) => Some(text),
            Some(Value::Json(_) | Value::Other) | None => None,
        })
    }

    /// The same fields, with `null` as a value of its own.
    pub(crate) fn with_nulls(mut self) -> Self {
        for (_, value) in &mut self.0 {
            value.get_or_insert_with(|| Value::Json(Value::NULL.to_owned().into()));
        }
        self
    }

    /// Whether the field has a value of any type.
    #[cfg(test)]
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, value)| known == name && value.is_some())
    }

    /// All fields in their order, for the fuzz targets.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|(name, _)| (name.as_str(), self.text(name).map(|text| text.as_str())))
    }

    pub(super) fn add(&mut self, name: String, value: Option<Value>) -> Result<(), Malformed> {
        if name.len() > MAX_NAME_BYTES {
            return Err(Malformed("a field's name is too long"));
        }
        if self.0.len() == MAX_FIELDS {
            return Err(Malformed("too many fields"));
        }
        if self.0.iter().any(|(known, _)| *known == name) {
            return Err(Malformed("a field is named twice"));
        }
        self.0.push((name, value));
        Ok(())
    }
}
