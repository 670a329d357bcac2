//! The parts of a request's head that its response, span and log need.

use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use ipnet::IpNet;
use poem::Request;
use poem::http::{HeaderMap, Method, Uri, header};
use tracing::Span;

use crate::admin::actor::Actor;
use crate::pipeline::cross_origin;
use crate::pipeline::log_text::{shortened, without_codes};
use crate::pipeline::tracing_headers::{ForwardedId, TraceId};
use crate::request::client;
use crate::request::response_mode::ResponseMode;

/// The id of a request, in the log and in its answer.
pub(super) enum RequestId<'a> {
    /// The process and a number, which no other request of any process has.
    Own(&'a str, u64),
    /// The id that a trusted proxy gave it.
    Forwarded(ForwardedId),
}

impl fmt::Display for RequestId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(instance, number) => write!(f, "{instance}-{number}"),
            Self::Forwarded(id) => f.write_str(id.as_str()),
        }
    }
}

/// The ids of the requests of one process, on all its listeners.
pub(crate) struct RequestIds {
    instance: String,
    requests: AtomicU64,
}

impl RequestIds {
    pub(super) fn new(instance: &str) -> Self {
        Self { instance: instance.to_owned(), requests: AtomicU64::new(0) }
    }

    /// The id of a request and the trace that it belongs to. Only a trusted proxy may name them.
    pub(super) fn of(&self, request: &Request, trusted_proxies: &[IpNet]) -> (RequestId<'_>, Option<TraceId>) {
        let own = || RequestId::Own(&self.instance, self.requests.fetch_add(1, Ordering::Relaxed));
        if !client::is_from_trusted_proxy(request, trusted_proxies) {
            return (own(), None);
        }
        let headers = request.headers();
        (ForwardedId::of(headers).map_or_else(own, RequestId::Forwarded), TraceId::of(headers))
    }
}

/// The parts of a request's head that outlive the request.
pub(super) struct RequestHead<'a> {
    pub(super) id: RequestId<'a>,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) mode: ResponseMode,
    /// The `Accept-Language` fields, where the answer may be a page or an error with advice.
    pub(super) languages: HeaderMap,
    /// Whether a browser opens a page with the request (Fetch Metadata).
    pub(super) is_navigation: bool,
    /// Whether the client waits for a `100 Continue` before it sends a body.
    pub(super) expects_continue: bool,
    address: Option<IpAddr>,
    trace: Option<TraceId>,
}

impl<'a> RequestHead<'a> {
    pub(super) fn of(request: &Request, id: RequestId<'a>, trace: Option<TraceId>, address: Option<IpAddr>) -> Self {
        let (headers, mode) = (request.headers(), ResponseMode::of(request));
        let mut languages = HeaderMap::new();
        if mode == ResponseMode::Page || !cross_origin::is_safe(request.method()) {
            for value in headers.get_all(header::ACCEPT_LANGUAGE) {
                languages.append(header::ACCEPT_LANGUAGE, value.clone());
            }
        }
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let is_navigation = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
        let expects_continue = headers.contains_key(header::EXPECT);
        Self { id, method, uri, mode, languages, is_navigation, expects_continue, address, trace }
    }

    /// The span of the request in the log. Its path is without the query, which may hold secrets.
    pub(super) fn span(&self) -> Span {
        self.span_of(self.uri.path(), None)
    }

    /// The span of a request that this actor sends, with its path as the log shows it.
    pub(super) fn span_of(&self, path: &str, actor: Option<&Actor>) -> Span {
        tracing::error_span!(
            "request",
            id = %self.id,
            trace_id = self.trace.as_ref().map(TraceId::as_str),
            method = %shortened(self.method.as_str()),
            // Characters that end a line or turn the writing around are escaped.
            path = %shortened(&without_codes(path)).escape_debug(),
            address = self.address.map(tracing::field::display),
            actor = actor.map(Actor::as_str),
        )
    }
}
