//! What the responses to all problems share: the JSON, and the status and headers of each kind.

use poem::http::{HeaderValue, header};
use poem::{IntoResponse, Response};
use poem_openapi::payload::Json;

use crate::pipeline::request_head::RequestHead;
use crate::pipeline::tracing_headers::REQUEST_ID;
use crate::response::problem::{Problem, ProblemKind};
use crate::response::problem_body::ProblemBody;
use crate::route_table::RouteTable;
use crate::settings::HttpSettings;

/// The problem in JSON, with advice in the client's language.
pub(super) fn json(problem: &Problem, settings: &HttpSettings, head: &RequestHead<'_>) -> Response {
    let mut response = Json(ProblemBody::new(problem, settings.language_for(&head.languages))).into_response();
    if problem.detail.is_some() && settings.language.is_none() {
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Language"));
    }
    response
}

/// Gives a response the status and the headers of its problem.
pub(super) fn complete(response: &mut Response, problem: &Problem, head: &RequestHead<'_>, route_table: &RouteTable) {
    response.set_status(problem.kind.status());
    let headers = response.headers_mut();
    headers.extend(problem.retry_after.map(|seconds| (header::RETRY_AFTER, seconds.into())));
    // A client that was refused before it was told to send its body may send it or not, so the next bytes on the
    // connection mean nothing.
    if problem.hangs_up || head.expects_continue {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    match problem.kind {
        ProblemKind::MethodNotAllowed => {
            let allow = HeaderValue::try_from(route_table.allow(head.uri.path())).expect("methods are ASCII");
            headers.insert(header::ALLOW, allow);
        }
        // The rest of the body is not waited for.
        ProblemKind::PayloadTooLarge | ProblemKind::RequestTimeout => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        // The log has the cause under the same id.
        ProblemKind::Unknown => {
            let id = HeaderValue::try_from(head.id.to_string()).expect("a request id is ASCII");
            headers.insert(REQUEST_ID, id);
        }
        ProblemKind::Unauthenticated => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        _ => {}
    }
}
