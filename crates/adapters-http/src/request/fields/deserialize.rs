//! Fields as serde reads them, so that a request type is one struct: its names and its schema stand in one place.

use std::{fmt, mem};

use serde::de::value::{self, MapDeserializer};
use serde::de::{DeserializeOwned, Error, IntoDeserializer, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use zeroize::Zeroizing;

use super::named::{Fields, Malformed, Value};

impl Fields {
    /// Reads the fields into a request type. A field that the type does not name is ignored, and so is JSON's `null`.
    pub(crate) fn deserialize<T: DeserializeOwned>(self) -> Result<T, Malformed> {
        let given = self.0.into_iter().filter_map(|(name, value)| Some((name, value?)));
        T::deserialize(MapDeserializer::new(given)).map_err(|_: value::Error| Malformed("a field cannot be read"))
    }
}

impl IntoDeserializer<'_> for Value {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Value {
    type Error = value::Error;

    /// Hands on the text itself, not a copy: the caller wraps it in `Zeroizing` again.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, value::Error> {
        match self {
            Self::Text(mut text) => visitor.visit_string(mem::take(&mut *text)),
            Self::Json(mut json) => visitor.visit_byte_buf(mem::take(&mut *json).into_bytes()),
            Self::Other => visitor.visit_unit(),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;
        impl Visitor<'_> for AnyValue {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(Zeroizing::new(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<Value, E> {
                Ok(Value::Text(Zeroizing::new(text)))
            }

            fn visit_byte_buf<E: Error>(self, json: Vec<u8>) -> Result<Value, E> {
                String::from_utf8(json).map(|json| Value::Json(json.into())).map_err(E::custom)
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Other)
            }
        }
        deserializer.deserialize_any(AnyValue)
    }
}
