//! Attributes in JSON.

use std::collections::BTreeMap;

use doorward_domain::Attributes;
use poem_openapi::types::Any;
use serde_json::Value;

/// A JSON object whose content the operator chooses.
pub(crate) type AttributesBody = BTreeMap<String, Any<Value>>;

/// Attributes for a response; `None` where they are empty.
pub(crate) fn attributes_body(attributes: &Attributes) -> Option<AttributesBody> {
    if attributes.is_empty() {
        return None;
    }
    // `Attributes` holds a JSON object, so this never fails.
    serde_json::from_str(attributes.as_json()).ok()
}
