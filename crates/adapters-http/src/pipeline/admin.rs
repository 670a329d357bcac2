//! What every request to the admin API passes: the checks of the head, the token, the routes. Every answer is JSON, and there
//! are no cookies and no CORS.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use percent_encoding::percent_decode_str;
use poem::endpoint::BoxEndpoint;
use poem::{Endpoint, Request, Response};
use tracing::Instrument;

use super::Pipeline;
use crate::admin::actor::{Actor, AdminTokens};
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::metrics::Listener;
use crate::pipeline::failure::{catch_panic, problem_of};
use crate::pipeline::request_head::{RequestHead, RequestId, RequestIds};
use crate::pipeline::security_headers::SecurityHeaders;
use crate::pipeline::tracing_headers::REQUEST_ID;
use crate::pipeline::{cross_origin, head, problem_response};
use crate::request::{body, client};
use crate::response::problem::{Problem, ProblemKind};
use crate::route_table::RouteTable;

/// The start of the paths that have the id of a key, which may be a username.
const KEYS: &str = "/admin/keys/";

/// The whole admin API as one endpoint.
pub struct AdminPipeline {
    routes: BoxEndpoint<'static, Response>,
    context: Arc<Context>,
    tokens: Arc<dyn AdminTokens>,
    route_table: RouteTable,
    request_ids: Arc<RequestIds>,
    security_headers: SecurityHeaders,
}

impl AdminPipeline {
    pub(crate) fn new(
        routes: BoxEndpoint<'static, Response>,
        public: &Pipeline,
        tokens: Arc<dyn AdminTokens>,
        route_table: RouteTable,
    ) -> Self {
        let (context, request_ids) = (Arc::clone(public.context()), Arc::clone(public.request_ids()));
        Self { routes, context, tokens, route_table, request_ids, security_headers: SecurityHeaders::for_programs() }
    }

    /// The checks that need only a request's head, then the request itself.
    async fn admit(&self, mut request: Request, actor: Option<Actor>) -> Result<Response, Problem> {
        head::check(&request)?;
        let Some(actor) = actor else {
            self.context.metrics.audit.note(AuditEvent::AdminTokenRefused, None);
            return Err(Problem::new(ProblemKind::Unauthenticated));
        };
        if !cross_origin::is_safe(request.method()) {
            body::check_head(request.headers())?;
        }
        request.extensions_mut().insert(actor);
        self.routes.call(request).await.map_err(problem_of)
    }

    /// Admits a request, and turns what went wrong into an answer and a line of the log.
    async fn answer(&self, request: Request, actor: Option<Actor>, head: &RequestHead<'_>) -> Response {
        let response = catch_panic(self.admit(request, actor)).await.unwrap_or_else(|problem| {
            let metrics = &self.context.metrics;
            metrics.count_problem(problem.kind);
            problem.log(&metrics.audit);
            let mut response = problem_response::json(&problem, &self.context.settings, head);
            problem_response::complete(&mut response, &problem, head, &self.route_table);
            response
        });
        tracing::debug!(status = response.status().as_u16(), "answered");
        response
    }
}

impl Endpoint for AdminPipeline {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (settings, began) = (&self.context.settings, Instant::now());
        let address = client::address(&request, &settings.trusted_proxies);
        let (id, trace) = self.request_ids.of(&request, &settings.trusted_proxies);
        let head = RequestHead::of(&request, id, trace, address);
        let actor = Actor::of(&request, &*self.tokens);
        let span = head.span_of(&logged_path(head.uri.path()), actor.as_ref());
        let mut response = self.answer(request, actor, &head).instrument(span).await;

        self.security_headers.add(response.headers_mut());
        if let RequestId::Forwarded(id) = &head.id {
            response.headers_mut().insert(REQUEST_ID, id.header());
        }
        let route = self.context.metrics.route(Listener::Admin, &head.method, head.uri.path());
        route.answered(response.status(), began.elapsed());
        Ok(response)
    }
}

/// A path as the log has it: without usernames. What has a colon in it may be a key, also where the path is mistyped.
fn logged_path(path: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    match decoded.find(':') {
        _ if decoded.starts_with(KEYS) => "/admin/keys/…".into(),
        Some(colon) => format!("{}/…", &decoded[..decoded[..colon].rfind('/').unwrap_or_default()]).into(),
        None => path.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_path_names_no_key() {
        for (path, logged) in [
            ("/admin/users/abc", "/admin/users/abc"),
            ("/admin/keys/username:alice", "/admin/keys/…"),
            ("/admin/keys/alice", "/admin/keys/…"),
            ("/admin/%6Beys/alice", "/admin/keys/…"),
            ("/admin/key/username:alice/verify", "/admin/key/…"),
            ("/username:alice", "/…"),
            ("/%FF:alice", "/…"),
        ] {
            assert_eq!(logged_path(path), logged, "{path}");
        }
    }
}
