//! The page that shows the `OpenAPI` document: drawn once when the server starts, from the document itself, without a
//! script or anything from elsewhere.

use askama::Template;
use serde_json::Value;

use super::layout::Frame;

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage<'a> {
    frame: Frame<'a>,
    title: &'a str,
    version: &'a str,
    description: &'a str,
    operations: Vec<Operation<'a>>,
    schemas: Vec<Schema<'a>>,
}

struct Operation<'a> {
    method: String,
    path: &'a str,
    summary: &'a str,
    description: &'a str,
    body_types: Vec<&'a str>,
    body_schema: Option<&'a str>,
    responses: Vec<Answer<'a>>,
}

struct Answer<'a> {
    status: &'a str,
    description: &'a str,
    schema: Option<&'a str>,
}

struct Schema<'a> {
    name: &'a str,
    description: &'a str,
    fields: Vec<Field<'a>>,
}

struct Field<'a> {
    name: &'a str,
    kind: &'a str,
    required: bool,
    description: &'a str,
}

/// Draws the page.
pub(super) fn render(frame: Frame<'_>, spec: &str) -> String {
    let spec: Value = serde_json::from_str(spec).expect("the document was written by this program");
    let page = DocsPage {
        frame,
        title: text(&spec["info"]["title"]),
        version: text(&spec["info"]["version"]),
        description: text(&spec["info"]["description"]),
        operations: entries(&spec["paths"]).flat_map(|(path, item)| operations(path, item)).collect(),
        schemas: entries(&spec["components"]["schemas"]).map(|(name, schema)| read_schema(name, schema)).collect(),
    };
    page.render().expect("templates fail only where a value's Display does")
}

fn operations<'a>(path: &'a str, item: &'a Value) -> impl Iterator<Item = Operation<'a>> {
    entries(item).map(move |(method, operation)| {
        let content = &operation["requestBody"]["content"];
        Operation {
            method: method.to_uppercase(),
            path,
            summary: text(&operation["summary"]),
            description: text(&operation["description"]),
            body_types: entries(content).map(|(name, _)| name).collect(),
            body_schema: entries(content).next().and_then(|(_, media)| schema_name(&media["schema"])),
            responses: entries(&operation["responses"])
                .map(|(status, answer)| Answer {
                    status,
                    description: text(&answer["description"]),
                    schema: entries(&answer["content"]).next().and_then(|(_, media)| schema_name(&media["schema"])),
                })
                .collect(),
        }
    })
}

fn read_schema<'a>(name: &'a str, schema: &'a Value) -> Schema<'a> {
    let required = schema["required"].as_array();
    let is_required = |name: &str| required.is_some_and(|names| names.iter().any(|required| required == name));
    let fields = entries(&schema["properties"])
        .map(|(name, field)| Field {
            name,
            kind: schema_name(field).or(field["type"].as_str()).unwrap_or("anything"),
            required: is_required(name),
            description: text(&field["description"]),
        })
        .collect();
    Schema { name, description: text(&schema["description"]), fields }
}

/// The name of the referenced schema, directly or inside `allOf`.
fn schema_name(schema: &Value) -> Option<&str> {
    let reference = schema["$ref"].as_str().or_else(|| schema["allOf"][0]["$ref"].as_str())?;
    reference.strip_prefix("#/components/schemas/")
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
