//! An object of JSON in a request's body.

use std::borrow::Cow;

use doorward_domain::{Attributes, InvalidAttributes};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde::de::{Deserialize, Deserializer};

use crate::request::fields::Value;

/// A JSON object whose members the operator chooses, of at most 4 KiB and 8 levels.
#[derive(Default)]
pub(crate) struct JsonObject(Option<Value>);

impl JsonObject {
    /// The object as attributes; `None` where it is missing or `null`.
    ///
    /// # Errors
    /// [`InvalidAttributes`] for anything else but such an object.
    pub(crate) fn attributes(&self) -> Result<Option<Attributes>, InvalidAttributes> {
        match &self.0 {
            None => Ok(None),
            Some(value) if value.is_null() => Ok(None),
            Some(Value::Json(json)) => Attributes::parse(json).map(Some),
            Some(Value::Text(_) | Value::Other) => Err(InvalidAttributes::NotAnObject),
        }
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

impl Type for JsonObject {
    const IS_REQUIRED: bool = false;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "object".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        let members = MetaSchemaRef::Inline(Box::new(MetaSchema::ANY));
        let object = MetaSchema { additional_properties: Some(Box::new(members)), ..MetaSchema::new("object") };
        MetaSchemaRef::Inline(Box::new(MetaSchema { nullable: true, ..object }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

/// Asked for by the derive of `Object`. Bodies are read through [`Deserialize`].
impl ParseFromJSON for JsonObject {
    fn parse_from_json(_: Option<serde_json::Value>) -> ParseResult<Self> {
        Err(ParseError::custom("bodies are read through `Deserialize`"))
    }
}

/// Asked for by the derive of `Object`. A request is never written.
impl ToJSON for JsonObject {
    fn to_json(&self) -> Option<serde_json::Value> {
        None
    }
}
