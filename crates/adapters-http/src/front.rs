//! The front of the house: what happens to every request before it is routed and to every answer before it leaves.
//! Whatever went wrong inside comes out here as a problem in the words of the contract, in the way the client asked for.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::{HeaderName, HeaderValue, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use poem_openapi::payload::Json;
use tracing::Instrument;

use crate::negotiation::Wants;
use crate::pages::Pages;
use crate::problem::{Problem, ProblemBody, ProblemKind};
use crate::routes::{Context, Methods};
use crate::security_headers::SecurityHeaders;
use crate::{client, cors, cross_origin, submission};

/// Names the request whose cause is in the log, where an answer says no more than that something went wrong.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// An endpoint behind the front.
pub(crate) struct Front<E> {
    inner: E,
    context: Arc<Context>,
    pages: Arc<Pages>,
    methods: Methods,
    security_headers: SecurityHeaders,
    requests: AtomicU64,
}

impl<E: Endpoint<Output = Response>> Front<E> {
    pub(crate) fn new(inner: E, context: Arc<Context>, pages: Arc<Pages>, methods: Methods) -> Self {
        let security_headers = SecurityHeaders::new(&context.settings);
        Self { inner, context, pages, methods, security_headers, requests: AtomicU64::new(0) }
    }

    /// A name for a request, in the log and in its answer, that no other request of any process has.
    fn next_request_id(&self) -> String {
        format!("{}-{}", self.context.settings.instance, self.requests.fetch_add(1, Ordering::Relaxed))
    }

    /// The checks that need no more than a request's head, then the request itself.
    async fn admit(&self, request: Request) -> Result<Response, Problem> {
        if !cross_origin::is_safe(request.method()) {
            submission::check_head(request.headers())?;
            cross_origin::check(&request, &self.context.settings)?;
        } else if cors::is_preflight(&request)
            && cross_origin::trusted_origin(&request, &self.context.settings).is_some()
        {
            return Ok(cors::preflight());
        }
        self.inner.call(request).await.map_err(problem_of)
    }

    fn render(&self, problem: &Problem, wants: Wants, path: &str, request_id: &str) -> Response {
        let mut response = if wants == Wants::Page && !problem.json_only {
            self.pages.problem(problem, request_id)
        } else {
            Json(ProblemBody::from(problem)).into_response()
        };
        response.set_status(problem.kind.status());
        let headers = response.headers_mut();
        match problem.kind {
            ProblemKind::MethodNotAllowed => {
                let allow = HeaderValue::try_from(self.methods.allow(path)).expect("methods are ASCII");
                headers.insert(header::ALLOW, allow);
            }
            ProblemKind::Overloaded => {
                headers.insert(header::RETRY_AFTER, ProblemKind::RETRY_AFTER_SECS.into());
            }
            // What is left of the body is not worth waiting for.
            ProblemKind::PayloadTooLarge | ProblemKind::RequestTimeout => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            ProblemKind::Unknown => {
                headers.insert(REQUEST_ID, HeaderValue::try_from(request_id).expect("a request id is ASCII"));
            }
            ProblemKind::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Front<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let settings = &self.context.settings;
        let request_id = self.next_request_id();
        let wants = Wants::of(&request);
        let path = request.uri().path().to_owned();
        let trusted_origin = cross_origin::trusted_origin(&request, settings).cloned();
        let address = client::address(&request, &settings.trusted_proxies);
        let span = tracing::info_span!(
            "request",
            id = request_id,
            method = %request.method(),
            path = ?path,
            address = address.map(tracing::field::display),
        );

        let mut response = async {
            let outcome = AssertUnwindSafe(self.admit(request)).catch_unwind().await.unwrap_or_else(|panic| {
                Err(Problem::new(ProblemKind::Unknown).caused_by(format!("a panic: {}", panic_message(&*panic))))
            });
            let response = outcome.unwrap_or_else(|problem| {
                log(&problem);
                self.render(&problem, wants, &path, &request_id)
            });
            tracing::debug!(status = response.status().as_u16(), "answered");
            response
        }
        .instrument(span)
        .await;

        let headers = response.headers_mut();
        self.security_headers.add(headers);
        if let Some(origin) = trusted_origin {
            cors::allow(&origin, headers);
        }
        Ok(response)
    }
}

/// Turns an error on its way through Poem into a problem: our own back into itself, Poem's by their kind. Poem's texts
/// quote causes, so none gets further than the log.
fn problem_of(error: poem::Error) -> Problem {
    if error.is::<NotFoundError>() {
        return Problem::new(ProblemKind::NotFound);
    }
    if error.is::<MethodNotAllowedError>() {
        return Problem::new(ProblemKind::MethodNotAllowed);
    }
    let status = error.status();
    error.downcast::<Problem>().unwrap_or_else(|error| {
        let kind = if status.is_client_error() { ProblemKind::MalformedRequest } else { ProblemKind::Unknown };
        Problem::new(kind).caused_by(error.to_string())
    })
}

/// Logs a problem once, with all that is known of its cause.
fn log(problem: &Problem) {
    let code = problem.kind.code();
    let chain = std::iter::successors(std::error::Error::source(problem), |error| error.source());
    let cause = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    match problem.kind {
        ProblemKind::Unknown => tracing::error!(code, cause, "failed"),
        ProblemKind::Unavailable | ProblemKind::Overloaded => tracing::warn!(code, cause, "refused"),
        ProblemKind::IncorrectCredentials | ProblemKind::CrossOrigin => {
            tracing::info!(target: "doorward::audit", event = code, "refused");
        }
        _ => tracing::debug!(code, cause, "refused"),
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
