//! Reads `OpenAPI` documents.

use reqwest::Method;
use serde_json::Value;

/// Every operation as method, path and description.
pub fn operations(document: &Value) -> Vec<(Method, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let methods = item.as_object().expect("methods").clone();
        let path = path.clone();
        methods.into_iter().map(move |(method, operation)| {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            (method, path.clone(), operation)
        })
    };
    paths.iter().flat_map(of_path).collect()
}
