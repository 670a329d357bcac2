//! Attributes in JSON.

use std::collections::BTreeMap;

use doorward_domain::Attributes;
use poem_openapi::types::Any;
use serde_json::Value;

/// A JSON object of which only the operator knows what is in it.
pub(crate) type AttributesBody = BTreeMap<String, Any<Value>>;

/// Attributes as they stand in an answer, if they do.
pub(crate) fn attributes_body(attributes: &Attributes) -> Option<AttributesBody> {
    if attributes.is_empty() {
        return None;
    }
    // It was read as an object before, so there is no other case.
    serde_json::from_str(attributes.as_json()).ok()
}
