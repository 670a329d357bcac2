//! A problem as JSON, and in the `OpenAPI` document.

use poem::http::StatusCode;
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiResponse, Object};

use crate::response::problem::{Problem, ProblemKind};
use crate::texts::Language;

/// An error as JSON.
#[derive(Object)]
#[oai(rename = "Error")]
pub(crate) struct ProblemBody {
    /// The error in a sentence.
    pub(crate) error: String,
    /// The error for programs. It never changes.
    pub(crate) code: String,
    /// Advice for the user.
    #[oai(skip_serializing_if_is_none)]
    pub(crate) detail: Option<String>,
}

impl From<&Problem> for ProblemBody {
    fn from(problem: &Problem) -> Self {
        Self {
            error: problem.kind.sentence().into(),
            code: problem.kind.code().into(),
            detail: problem.detail.as_ref().map(|detail| Language::English.texts().message(detail)),
        }
    }
}

/// Describes the problems in the `OpenAPI` document. Every operation may return each of them; each status is listed once.
impl ApiResponse for Problem {
    fn meta() -> MetaResponses {
        let mut statuses: Vec<StatusCode> = ProblemKind::ALL.map(ProblemKind::status).to_vec();
        statuses.dedup();
        let content = || {
            vec![
                MetaMediaType { content_type: "application/json; charset=utf-8", schema: ProblemBody::schema_ref() },
                MetaMediaType { content_type: "text/html; charset=utf-8", schema: String::schema_ref() },
            ]
        };
        let responses = statuses
            .into_iter()
            .map(|status| MetaResponse {
                description: status.canonical_reason().unwrap_or_default(),
                status: Some(status.as_u16()),
                status_range: None,
                content: content(),
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
