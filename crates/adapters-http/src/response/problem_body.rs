//! A problem as JSON, and in the `OpenAPI` document.

use poem::http::StatusCode;
use poem_openapi::registry::{MetaHeader, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};

use crate::response::meta::json;
use crate::response::problem::{Field, Problem, ProblemKind, Reason};
use crate::texts::Language;

/// An error as JSON.
#[derive(Object)]
#[oai(rename = "Error")]
pub(crate) struct ProblemBody {
    /// The error in a sentence.
    pub(crate) error: String,
    /// The error for programs. It never changes.
    pub(crate) code: ProblemKind,
    /// Advice for the user, in the language of the request's `Accept-Language`.
    #[oai(skip_serializing_if_is_none)]
    pub(crate) detail: Option<String>,
    /// The first field that is wrong.
    #[oai(skip_serializing_if_is_none)]
    field: Option<Field>,
    /// What is wrong with it.
    #[oai(skip_serializing_if_is_none)]
    reason: Option<Reason>,
    /// Every field that is wrong, the first one included.
    #[oai(skip_serializing_if_is_none)]
    errors: Option<Vec<FieldErrorBody>>,
}

/// A field that is wrong.
#[derive(Object)]
#[oai(rename = "FieldError")]
struct FieldErrorBody {
    field: Field,
    #[oai(skip_serializing_if_is_none)]
    reason: Option<Reason>,
    /// Advice for the user, in the language of the request's `Accept-Language`.
    #[oai(skip_serializing_if_is_none)]
    detail: Option<String>,
}

impl ProblemBody {
    /// The problem, with advice in this language.
    pub(crate) fn new(problem: &Problem, language: Language) -> Self {
        let detail = |problem: &Problem| problem.detail.as_ref().map(|detail| language.texts().message(detail));
        let error = |one: &Problem| Some(FieldErrorBody { field: one.field?, reason: one.reason, detail: detail(one) });
        Self {
            error: problem.kind.sentence().into(),
            code: problem.kind,
            detail: detail(problem),
            field: problem.field,
            reason: problem.reason,
            errors: Some(problem.each().filter_map(error).collect()).filter(|errors: &Vec<_>| !errors.is_empty()),
        }
    }
}

/// Describes the problems in the `OpenAPI` document. Every operation may return each of them; each status is listed once.
/// Programs read the document, so it leaves out the pages that browsers get.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let mut statuses: Vec<StatusCode> = ProblemKind::ALL.map(ProblemKind::status).to_vec();
        statuses.dedup();
        let responses = statuses
            .into_iter()
            .map(|status| MetaResponse {
                description: status.canonical_reason().unwrap_or_default(),
                status: Some(status.as_u16()),
                status_range: None,
                content: vec![json::<ProblemBody>()],
                headers: headers(status),
            })
            .collect();
        MetaResponses { responses }
    }

    fn register(registry: &mut Registry) {
        ProblemBody::register(registry);
    }
}

/// The headers of a problem with this status.
fn headers(status: StatusCode) -> Vec<MetaHeader> {
    let header = |name: &str, required, description: &str, schema| {
        let (name, description) = (name.into(), Some(description.into()));
        vec![MetaHeader { name, description, required, deprecated: false, schema }]
    };
    match status {
        StatusCode::UNAUTHORIZED => header("WWW-Authenticate", true, "`Bearer`", String::schema_ref()),
        StatusCode::METHOD_NOT_ALLOWED => header("Allow", true, "The methods of this path", String::schema_ref()),
        StatusCode::INTERNAL_SERVER_ERROR => {
            header("X-Request-Id", true, "By which the log has the cause", String::schema_ref())
        }
        StatusCode::TOO_MANY_REQUESTS => header("Retry-After", true, "Seconds to wait", u64::schema_ref()),
        StatusCode::SERVICE_UNAVAILABLE => {
            header("Retry-After", false, "Seconds to wait, with `overloaded`", u64::schema_ref())
        }
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_status_stands_once_in_the_document() {
        let statuses: Vec<_> = Problem::meta().responses.iter().map(|response| response.status).collect();
        assert_eq!(statuses.iter().collect::<HashSet<_>>().len(), statuses.len());
    }
}
