//! The HTTP metrics and the page that shows them. No label has a value that a client chose, so the number of series is
//! bounded by the routes, statuses and kinds of event.
//!
//! Counting is an atomic addition. The text is written when the page is requested.

mod counters;
mod durations;
mod page;
mod traffic;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use poem::http::Method;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;

pub use page::metrics_endpoint;
pub(crate) use traffic::Listener;

use crate::audit::Audit;
use crate::response::problem::ProblemKind;
use counters::counters;
use traffic::{RouteTraffic, Traffic};

/// The counters of the HTTP adapter.
#[derive(Debug)]
pub(crate) struct HttpMetrics {
    pub(crate) audit: Audit,
    traffic: Traffic,
    problems: [AtomicU64; ProblemKind::ALL.len()],
}

impl HttpMetrics {
    /// Counters for the routes of the public listener and of the admin listener.
    pub(crate) fn new(
        public: impl IntoIterator<Item = (String, Vec<Method>)>,
        admin: impl IntoIterator<Item = (String, Vec<Method>)>,
    ) -> Self {
        let problems = [const { AtomicU64::new(0) }; ProblemKind::ALL.len()];
        Self { audit: Audit::default(), traffic: Traffic::new(public, admin), problems }
    }

    /// The counters of a request's route.
    pub(crate) fn route(&self, listener: Listener, method: &Method, path: &str) -> &RouteTraffic {
        self.traffic.of(listener, method, path)
    }

    /// Counts an error.
    pub(crate) fn count_problem(&self, kind: ProblemKind) {
        let place = ProblemKind::ALL.iter().position(|known| *known == kind);
        self.problems[place.expect("ALL has every kind")].fetch_add(1, Ordering::Relaxed);
    }
}

impl Collector for HttpMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        self.traffic.encode(&mut encoder)?;
        let problems = ProblemKind::ALL.into_iter().zip(&self.problems);
        let problems = problems.map(|(kind, count)| ([("code", kind.code())], count.load(Ordering::Relaxed)));
        counters(&mut encoder, "doorward_http_problems", "Errors answered, by their code", problems)?;
        let events = self.audit.counts().map(|(event, count)| ([("event", event.name())], count));
        counters(&mut encoder, "doorward_audit_events", "What happened to accounts, as in the audit log", events)
    }
}
