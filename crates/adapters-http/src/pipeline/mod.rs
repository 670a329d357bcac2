//! What every request and every response passes: the checks of the head, the routes, and the one place where an outcome or a
//! problem becomes JSON, a redirect or a page.

mod admin;
mod cors;
pub(crate) mod cross_origin;
mod failure;
mod head;
mod log_text;
mod once_per_key;
mod problem_response;
mod render;
mod request_head;
mod security_headers;
mod setting_hints;
mod tracing_headers;

use std::sync::Arc;
use std::time::Instant;

use poem::endpoint::BoxEndpoint;
use poem::http::{HeaderValue, Method, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use tracing::{Instrument, Level, Span};

use crate::api::{download_data, get_session, verify};
use crate::context::Context;
use crate::metrics::Listener;
use crate::pages::{self, Pages};
use crate::pipeline::failure::{catch_panic, problem_of};
use crate::pipeline::render::Renderer;
use crate::pipeline::request_head::{RequestHead, RequestId, RequestIds};
use crate::pipeline::security_headers::SecurityHeaders;
use crate::pipeline::setting_hints::SettingHints;
use crate::pipeline::tracing_headers::REQUEST_ID;
use crate::request::credential::Credential;
use crate::request::renewal::Renewal;
use crate::request::response_mode::ResponseMode;
use crate::request::state::RequestState;
use crate::request::{body, client};
use crate::response::meta::found;
use crate::response::problem::{Problem, ProblemKind};
use crate::route_table::RouteTable;
use crate::settings::HttpSettings;

pub use admin::AdminPipeline;

/// The whole server as one endpoint.
pub struct Pipeline {
    routes: BoxEndpoint<'static, Response>,
    context: Arc<Context>,
    renderer: Renderer,
    security_headers: SecurityHeaders,
    setting_hints: SettingHints,
    request_ids: Arc<RequestIds>,
}

/// A request that failed, with its state where it came as far as the routes.
struct Refusal {
    problem: Problem,
    state: Option<RequestState>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { problem, state: None }
    }
}

impl Pipeline {
    pub(crate) fn new(
        routes: BoxEndpoint<'static, Response>,
        context: Arc<Context>,
        pages: Arc<Pages>,
        route_table: RouteTable,
    ) -> Self {
        let security_headers = SecurityHeaders::new(&context.settings);
        let renderer = Renderer::new(Arc::clone(&context), pages, route_table);
        let request_ids = Arc::new(RequestIds::new(&context.settings.instance));
        Self { routes, context, renderer, security_headers, setting_hints: SettingHints::new(), request_ids }
    }

    /// What operations and pages need.
    pub(crate) fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// The ids of the requests of this process.
    pub(crate) fn request_ids(&self) -> &Arc<RequestIds> {
        &self.request_ids
    }

    /// The checks that need only a request's head, then the request itself.
    async fn admit(&self, mut request: Request, head: &RequestHead<'_>) -> Result<Response, Refusal> {
        let settings = &self.context.settings;
        if let Err(problem) = check_head(&request, settings) {
            if problem.kind == ProblemKind::CrossOrigin {
                self.setting_hints.refused_origin(&request, settings);
            }
            return Err(problem.into());
        }
        if cors::is_preflight(&request) {
            if cross_origin::trusted_origin(&request, settings).is_some() {
                return Ok(cors::preflight());
            }
            self.setting_hints.refused_origin(&request, settings);
        }
        if let Some(answer) = self.answer_at_once(&request).await {
            return Ok(answer?);
        }
        if let Some(page) = page_in_place_of(&request, head) {
            return Ok(found(page));
        }
        let state = RequestState::new(head.mode);
        request.extensions_mut().insert(state.clone());
        match self.routes.call(request).await {
            Ok(response) => Ok(self.renderer.outcome(response, &state, head)),
            Err(error) => Err(Refusal { problem: problem_of(error), state: Some(state) }),
        }
    }

    /// Answers the two requests that apps and proxies send most, without the router (ADR 0017).
    async fn answer_at_once(&self, request: &Request) -> Option<Result<Response, Problem>> {
        if *request.method() != Method::GET {
            return None;
        }
        let credential = Credential::of(request);
        match request.uri().path() {
            get_session::PATH => {
                let session = get_session::get_session(&self.context, credential).await;
                Some(session.map(IntoResponse::into_response))
            }
            verify::PATH => {
                let verified = verify::verify(&self.context, request, credential).await;
                Some(verified.map(IntoResponse::into_response))
            }
            _ => None,
        }
    }

    /// Admits a request, and turns what went wrong into an answer and a line of the log.
    async fn answer(&self, request: Request, head: &RequestHead<'_>) -> Response {
        let outcome = catch_panic(self.admit(request, head)).await;
        let response = outcome.unwrap_or_else(|Refusal { problem, state }| {
            let metrics = &self.context.metrics;
            metrics.count_problem(problem.kind);
            let span = Span::current();
            let span = if span.is_none() { head.span() } else { span };
            span.in_scope(|| problem.log(&metrics.audit));
            self.renderer.problem(&problem, state.as_ref(), head)
        });
        tracing::debug!(status = response.status().as_u16(), "answered");
        response
    }
}

impl Endpoint for Pipeline {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let (settings, began) = (&self.context.settings, Instant::now());
        let address = client::address(&request, &settings.trusted_proxies);
        self.setting_hints.ignored_forwarding(&request, settings);
        let (id, trace) = self.request_ids.of(&request, &settings.trusted_proxies);
        let renewal = renewal_of(&mut request);
        let head = RequestHead::of(&request, id, trace, address);
        let trusted_origin = cross_origin::trusted_origin(&request, settings).cloned();
        // A span writes its fields when it begins. A request that only reads gets its span with its first log event.
        let expects_events = !cross_origin::is_safe(&head.method)
            || head.uri.path() == download_data::PATH
            || tracing::enabled!(Level::DEBUG);
        let span = if expects_events { head.span() } else { Span::none() };
        let mut response = self.answer(request, &head).instrument(span).await;

        let headers = response.headers_mut();
        if let Some((token, at)) = renewal.and_then(|renewal| renewal.take()) {
            self.context.session_cookie.set_again(&token, at, headers);
        }
        if pages::is_of_link(head.uri.path()) {
            headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        self.security_headers.add(headers);
        if let RequestId::Forwarded(id) = &head.id {
            headers.insert(REQUEST_ID, id.header());
        }
        if let Some(origin) = trusted_origin {
            cors::allow(&origin, headers);
        }
        let route = self.context.metrics.route(Listener::Public, &head.method, head.uri.path());
        route.answered(response.status(), began.elapsed());
        Ok(response)
    }
}

/// Where a request notes that it renewed a session; `None` for one without cookies. One that changes something may revoke the
/// session that it renewed.
fn renewal_of(request: &mut Request) -> Option<Renewal> {
    if !cross_origin::is_safe(request.method()) || !request.headers().contains_key(header::COOKIE) {
        return None;
    }
    let renewal = Renewal::default();
    request.extensions_mut().insert(renewal.clone());
    Some(renewal)
}

/// The page that a browser means which opens the address of a form's action.
fn page_in_place_of(request: &Request, head: &RequestHead<'_>) -> Option<&'static str> {
    let is_navigation = *request.method() == Method::GET && head.mode == ResponseMode::Page;
    is_navigation.then(|| pages::form::page_of_action(request.uri().path())).flatten()
}

fn check_head(request: &Request, settings: &HttpSettings) -> Result<(), Problem> {
    head::check(request)?;
    if !cross_origin::is_safe(request.method()) {
        body::check_head(request.headers())?;
    }
    cross_origin::check(request, settings)
}
