//! What is counted about the program itself, beside what the HTTP adapter counts: what it is, since when it runs, its
//! connections, its hashing threads, its sweeps.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use doorward_adapters_crypto::Argon2idHasher;
use doorward_domain::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::logging::DroppedLines;
use crate::process_metrics::ProcessMetrics;

/// What the program counts as it goes.
#[derive(Clone, Default)]
pub(crate) struct ProgramMetrics {
    /// Connections that are open on the public listener.
    pub(crate) open_connections: Gauge,
    /// Sessions that were swept out.
    pub(crate) swept_sessions: Counter,
    /// Lines of the log that were dropped.
    pub(crate) dropped_lines: DroppedLines,
}

impl ProgramMetrics {
    /// Puts them into the registry, with what never changes and what the hashing threads know of themselves.
    pub(crate) fn register(&self, registry: &mut Registry, started: Timestamp, hasher: &Arc<Argon2idHasher>) {
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("doorward_build", "Which version this is", build);
        let start = Gauge::<f64, AtomicU64>::default();
        start.set(seconds(started));
        registry.register("process_start_time_seconds", "When the program started, in seconds since 1970", start);
        let open = self.open_connections.clone();
        registry.register("doorward_connections_open", "Connections that are open on the public listener", open);
        let swept = self.swept_sessions.clone();
        registry.register("doorward_sessions_swept", "Dead sessions that the hourly sweep removed", swept);
        registry.register_collector(Box::new(Hashing(Arc::clone(hasher))));
        registry.register_collector(Box::new(LogLines(self.dropped_lines.clone())));
        registry.register_collector(Box::new(ProcessMetrics));
    }
}

/// The instant in seconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 have fewer bits than an f64 is exact to")]
fn seconds(instant: Timestamp) -> f64 {
    instant.as_unix_millis() as f64 / 1_000.0
}

/// What became of the log.
#[derive(Debug)]
struct LogLines(DroppedLines);

impl Collector for LogLines {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let (help, dropped) =
            ("Lines of the log that its reader did not take in time", ConstCounter::new(self.0.count()));
        dropped.encode(encoder.encode_descriptor("doorward_log_lines_dropped", help, None, dropped.metric_type())?)
    }
}

/// What the hashing threads have to do and have done.
struct Hashing(Arc<Argon2idHasher>);

impl fmt::Debug for Hashing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.load().fmt(f)
    }
}

impl Collector for Hashing {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let load = self.0.load();
        let mut write = |name, help, metric: &dyn EncodeMetric| {
            metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)
        };
        let whole = |number: usize| ConstGauge::new(i64::try_from(number).unwrap_or(i64::MAX));
        write("doorward_passwords_waiting", "Passwords that wait for a hashing thread", &whole(load.waiting))?;
        write("doorward_passwords_hashing", "Passwords that are being hashed or checked", &whole(load.at_work))?;
        write("doorward_password_hashes", "Passwords that were hashed or checked", &ConstCounter::new(load.done))?;
        write(
            "doorward_password_hashing_seconds",
            "How long the hashing threads worked, all together",
            &ConstCounter::new(load.busy.as_secs_f64()),
        )
    }
}
