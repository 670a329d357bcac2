//! The texts of a request: how each stands in the `OpenAPI` document, and what a body holds for it. The bounds are those of
//! the domain, and the domain judges them: a text that is missing or out of bounds is read like any other.

use std::borrow::Cow;
use std::marker::PhantomData;

use doorward_domain::{KeyId, OneTimeCode, Password, PasswordPolicy, UserId, Username};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde::de::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::request::fields::Value;
use crate::response::transport::Transport;

/// A kind of text: its schema in the document.
pub(crate) trait TextKind {
    /// The schema.
    fn schema() -> MetaSchemaRef;

    /// Registers the schemas that it refers to.
    fn register(_: &mut Registry) {}
}

/// A username that a sign-up chooses. The operator may allow more characters.
pub(crate) struct NewUsername;
/// A username that is typed to sign in. The operator may allow more characters.
pub(crate) struct LoginUsername;
/// A password that is chosen. The operator may ask for more characters.
pub(crate) struct NewPassword;
/// A password that is checked.
pub(crate) struct CurrentPassword;
/// A text of this kind, or `null`.
pub(crate) struct Nullable<K>(PhantomData<fn() -> K>);
/// The id of a user that they had elsewhere.
pub(crate) struct UserIdText;
/// The id of a key.
pub(crate) struct KeyIdText;
/// A recovery code, with any spaces and hyphens.
pub(crate) struct CodeText;
/// How the client keeps the token: the name of a [`Transport`].
pub(crate) struct TransportName;
/// A text that is compared with what is known.
pub(crate) struct PlainText;
/// Where a form leads afterwards. Anything that is no good target is ignored, so any value is allowed.
pub(crate) struct NextTarget;

impl TextKind for NewUsername {
    fn schema() -> MetaSchemaRef {
        // No control characters, and no white space at either end.
        let pattern = r"^[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f]$";
        let schema = bounded(Username::MIN_CHARS, Some(Username::DEFAULT_MAX_CHARS));
        inline(MetaSchema { pattern: Some(pattern.to_owned()), ..schema })
    }
}

impl TextKind for LoginUsername {
    fn schema() -> MetaSchemaRef {
        inline(bounded(1, Some(Username::DEFAULT_MAX_CHARS)))
    }
}

impl TextKind for NewPassword {
    fn schema() -> MetaSchemaRef {
        inline(bounded(PasswordPolicy::DEFAULT.min_chars, Some(Password::MAX_CHARS)))
    }
}

impl TextKind for CurrentPassword {
    fn schema() -> MetaSchemaRef {
        inline(bounded(1, Some(Password::MAX_CHARS)))
    }
}

impl<K: TextKind> TextKind for Nullable<K> {
    fn schema() -> MetaSchemaRef {
        match K::schema() {
            MetaSchemaRef::Inline(schema) => inline(MetaSchema { nullable: true, ..*schema }),
            reference @ MetaSchemaRef::Reference(_) => reference,
        }
    }

    fn register(registry: &mut Registry) {
        K::register(registry);
    }
}

impl TextKind for UserIdText {
    fn schema() -> MetaSchemaRef {
        // Printable ASCII without space, `"`, `\` and `,`.
        let pattern = format!(r"^[!#-+\--\[\]-~]{{1,{}}}$", UserId::MAX_CHARS);
        inline(MetaSchema { pattern: Some(pattern), ..bounded(1, Some(UserId::MAX_CHARS)) })
    }
}

impl TextKind for KeyIdText {
    fn schema() -> MetaSchemaRef {
        let (provider, id) = (KeyId::MAX_PROVIDER_CHARS, KeyId::MAX_ID_CHARS);
        let pattern = format!(r"^[a-z0-9_-]{{1,{provider}}}:[^\x00-\x1f\x7f-\x9f]{{1,{id}}}$");
        inline(MetaSchema { pattern: Some(pattern), ..bounded(3, Some(provider + 1 + id)) })
    }
}

impl TextKind for CodeText {
    fn schema() -> MetaSchemaRef {
        inline(bounded(OneTimeCode::CHARS, None))
    }
}

impl TextKind for TransportName {
    fn schema() -> MetaSchemaRef {
        Transport::schema_ref()
    }

    fn register(registry: &mut Registry) {
        Transport::register(registry);
    }
}

impl TextKind for PlainText {
    fn schema() -> MetaSchemaRef {
        inline(MetaSchema::new("string"))
    }
}

impl TextKind for NextTarget {
    fn schema() -> MetaSchemaRef {
        inline(MetaSchema::ANY)
    }
}

/// A text of so many characters.
fn bounded(min: usize, max: Option<usize>) -> MetaSchema {
    MetaSchema { min_length: Some(min), max_length: max, ..MetaSchema::new("string") }
}

fn inline(schema: MetaSchema) -> MetaSchemaRef {
    MetaSchemaRef::Inline(Box::new(schema))
}

/// A text of a request. `REQUIRED` is what the document says; one that is missing is read as such.
pub(crate) struct Text<K, const REQUIRED: bool = true> {
    /// `None` where the field is missing.
    value: Option<Value>,
    kind: PhantomData<fn() -> K>,
}

impl<K, const REQUIRED: bool> Text<K, REQUIRED> {
    /// The text; `None` where the field is missing or holds something else.
    pub(crate) fn into_text(self) -> Option<Zeroizing<String>> {
        match self.value {
            Some(Value::Text(text)) => Some(text),
            Some(Value::Json(_) | Value::Other) | None => None,
        }
    }

    /// The text, as [`Self::into_text`].
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Some(Value::Text(text)) => Some(text),
            Some(Value::Json(_) | Value::Other) | None => None,
        }
    }

    /// The text where the field exists, as [`Self::into_given`].
    pub(crate) fn as_given(&self) -> Option<&str> {
        self.value.as_ref().map(|value| match value {
            Value::Text(text) => text.as_str(),
            Value::Json(_) | Value::Other => "",
        })
    }

    /// The text where the field exists. A value of another type counts as an empty text, which is as invalid.
    pub(crate) fn into_given(self) -> Option<Zeroizing<String>> {
        self.value.map(|value| match value {
            Value::Text(text) => text,
            Value::Json(_) | Value::Other => Zeroizing::default(),
        })
    }

    /// As [`Self::into_given`]; `None` for `null` as well, where that is a value of its own.
    pub(crate) fn into_given_or_null(self) -> Option<Zeroizing<String>> {
        let is_null = self.value.as_ref().is_some_and(Value::is_null);
        self.into_given().filter(|_| !is_null)
    }

    /// Whether the field is there, with a value of any type.
    pub(crate) fn is_given(&self) -> bool {
        self.value.is_some()
    }
}

impl<K, const REQUIRED: bool> Default for Text<K, REQUIRED> {
    fn default() -> Self {
        Self { value: None, kind: PhantomData }
    }
}

impl<'de, K, const REQUIRED: bool> Deserialize<'de> for Text<K, REQUIRED> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { value: Some(Value::deserialize(deserializer)?), kind: PhantomData })
    }
}

impl<K: TextKind, const REQUIRED: bool> Type for Text<K, REQUIRED> {
    const IS_REQUIRED: bool = REQUIRED;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        K::schema()
    }

    fn register(registry: &mut Registry) {
        K::register(registry);
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

/// Asked for by the derive of `Object`. Bodies are read through [`Deserialize`], in all three encodings.
impl<K: TextKind, const REQUIRED: bool> ParseFromJSON for Text<K, REQUIRED> {
    fn parse_from_json(_: Option<serde_json::Value>) -> ParseResult<Self> {
        Err(ParseError::custom("bodies are read through `Deserialize`"))
    }
}

/// Asked for by the derive of `Object`. A request is never written.
impl<K: TextKind, const REQUIRED: bool> ToJSON for Text<K, REQUIRED> {
    fn to_json(&self) -> Option<serde_json::Value> {
        None
    }
}
