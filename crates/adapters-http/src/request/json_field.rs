//! Values of JSON that are no texts, in a request's body.

use std::borrow::Cow;
use std::marker::PhantomData;

use doorward_domain::{Attributes, InvalidAttributes};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde::de::{Deserialize, Deserializer};

use crate::request::fields::Value;
use crate::response::problem::{Field, Problem, ProblemKind, Reason};

/// A kind of value: its schema in the document.
pub(crate) trait JsonKind {
    /// The name of its type.
    const NAME: &'static str;

    /// The schema.
    fn schema() -> MetaSchema {
        MetaSchema::new(Self::NAME)
    }
}

/// An object whose members the operator chooses, of at most 4 KiB and 8 levels.
pub(crate) struct AnyObject;
/// `true` or `false`.
pub(crate) struct Flag;
/// A whole number from 1 to `MAX`.
pub(crate) struct Count<const MAX: u32>;

impl JsonKind for AnyObject {
    const NAME: &'static str = "object";

    fn schema() -> MetaSchema {
        let members = MetaSchemaRef::Inline(Box::new(MetaSchema::ANY));
        MetaSchema { additional_properties: Some(Box::new(members)), ..MetaSchema::new(Self::NAME) }
    }
}

impl JsonKind for Flag {
    const NAME: &'static str = "boolean";
}

impl<const MAX: u32> JsonKind for Count<MAX> {
    const NAME: &'static str = "integer";

    fn schema() -> MetaSchema {
        MetaSchema { minimum: Some(1.0), maximum: Some(MAX.into()), ..MetaSchema::new(Self::NAME) }
    }
}

/// An optional value of this kind; `null` counts as missing.
pub(crate) struct JsonField<K> {
    value: Option<Value>,
    kind: PhantomData<fn() -> K>,
}

impl<K> JsonField<K> {
    /// The value; `None` where it is missing or `null`.
    fn given(&self) -> Option<&Value> {
        self.value.as_ref().filter(|value| !value.is_null())
    }

    /// The value as a part of JSON that is no text.
    fn json(&self) -> Option<&str> {
        match self.given()? {
            Value::Json(json) => Some(json.trim()),
            Value::Text(_) | Value::Other => None,
        }
    }
}

impl JsonField<AnyObject> {
    /// The object as attributes; `None` where it is missing.
    ///
    /// # Errors
    /// [`InvalidAttributes`] for anything else but such an object.
    pub(crate) fn attributes(&self) -> Result<Option<Attributes>, InvalidAttributes> {
        if self.given().is_none() {
            return Ok(None);
        }
        self.json().map_or(Err(InvalidAttributes::NotAnObject), |json| Attributes::parse(json).map(Some))
    }
}

impl JsonField<Flag> {
    /// The flag; `None` where it is missing.
    ///
    /// # Errors
    /// `malformed_request` for anything else.
    pub(crate) fn flag(&self, field: Field) -> Result<Option<bool>, Problem> {
        match (self.given(), self.json()) {
            (None, _) => Ok(None),
            (_, Some("true")) => Ok(Some(true)),
            (_, Some("false")) => Ok(Some(false)),
            _ => Err(malformed(field)),
        }
    }
}

impl<const MAX: u32> JsonField<Count<MAX>> {
    /// The number; `None` where it is missing.
    ///
    /// # Errors
    /// `malformed_request` for anything else but a whole number from 1 to `MAX`.
    pub(crate) fn count(&self, field: Field) -> Result<Option<u32>, Problem> {
        if self.given().is_none() {
            return Ok(None);
        }
        let number = self.json().and_then(|json| json.parse::<u32>().ok());
        number.filter(|number| (1..=MAX).contains(number)).map(Some).ok_or_else(|| malformed(field))
    }
}

fn malformed(field: Field) -> Problem {
    Problem::new(ProblemKind::MalformedRequest).field(field).reason(Reason::Malformed)
}

impl<K> Default for JsonField<K> {
    fn default() -> Self {
        Self { value: None, kind: PhantomData }
    }
}

impl<'de, K> Deserialize<'de> for JsonField<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { value: Some(Value::deserialize(deserializer)?), kind: PhantomData })
    }
}

impl<K: JsonKind> Type for JsonField<K> {
    const IS_REQUIRED: bool = false;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        K::NAME.into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema { nullable: true, ..K::schema() }))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

/// Asked for by the derive of `Object`. Bodies are read through [`Deserialize`].
impl<K: JsonKind> ParseFromJSON for JsonField<K> {
    fn parse_from_json(_: Option<serde_json::Value>) -> ParseResult<Self> {
        Err(ParseError::custom("bodies are read through `Deserialize`"))
    }
}

/// Asked for by the derive of `Object`. A request is never written.
impl<K: JsonKind> ToJSON for JsonField<K> {
    fn to_json(&self) -> Option<serde_json::Value> {
        None
    }
}
