//! The endpoint of the metrics listener: one page in the text format of Prometheus.

use std::sync::Arc;

use poem::endpoint::make_sync;
use poem::http::{HeaderMap, HeaderValue, Method, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use poem_openapi::payload::Json;
use prometheus_client::encoding::prometheus_text;
use prometheus_client::registry::Registry;

use crate::response::problem::{Problem, ProblemKind};
use crate::response::problem_body::ProblemBody;
use crate::texts::Language;

const PATH: &str = "/metrics";

/// Serves `GET /metrics`, and an error for every other request. It checks no credential, so it needs its own listener.
#[must_use]
pub fn metrics_endpoint(registry: Registry) -> impl Endpoint<Output = Response> {
    let registry = Arc::new(registry);
    make_sync(move |request| answer(&request, &registry))
}

fn answer(request: &Request, registry: &Registry) -> Response {
    let mut response = match (request.uri().path(), request.method()) {
        (PATH, &Method::GET | &Method::HEAD) => {
            let mut text = String::new();
            prometheus_text::encode(&mut text, registry).expect("writing to a String cannot fail");
            Response::builder().content_type(prometheus_text::CONTENT_TYPE).body(text)
        }
        (PATH, _) => refuse(ProblemKind::MethodNotAllowed),
        _ => refuse(ProblemKind::NotFound),
    };
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn refuse(kind: ProblemKind) -> Response {
    let mut response = Json(ProblemBody::new(&Problem::new(kind), Language::English)).into_response();
    response.set_status(kind.status());
    if kind == ProblemKind::MethodNotAllowed {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}
