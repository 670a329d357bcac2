//! The log: one event a line on standard error, written by a thread of its own. A reader that stops reading costs lines, which
//! are counted, and never an answer.

use std::io::IsTerminal;

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, fmt};

use crate::settings::LogSettings;

/// Lines that wait to be written before more are dropped: some 4 MiB of usual lines.
const MAX_WAITING_LINES: usize = 16_384;
/// The library of PostgreSQL would log a malformed line of a password file with the password.
const NEVER_LOGGED: &str = "sqlx_postgres::options::pgpass=off";

/// The log of the process. What waits is written when this is dropped, within a second.
pub(crate) struct Log {
    _writer: WorkerGuard,
    dropped: ErrorCounter,
}

/// How many lines of the log were dropped; none where nothing is logged.
#[derive(Clone, Debug, Default)]
pub(crate) struct DroppedLines(Option<ErrorCounter>);

impl Log {
    pub(crate) fn dropped_lines(&self) -> DroppedLines {
        DroppedLines(Some(self.dropped.clone()))
    }
}

impl DroppedLines {
    pub(crate) fn count(&self) -> u64 {
        self.0.as_ref().map_or(0, |counter| counter.dropped_lines().try_into().unwrap_or(u64::MAX))
    }
}

/// Starts logging for the whole process.
///
/// # Panics
/// Never: the directive here is a constant.
pub(crate) fn start(settings: &LogSettings) -> Log {
    start_with(settings.filter.clone(), settings.json)
}

/// Starts logging for a command: its audit lines alone, unless the log is off. Its outcome or failure says all else.
///
/// # Panics
/// Never: the directive here is a constant.
pub(crate) fn start_for_command(settings: &LogSettings) -> Log {
    let is_off = settings.filter.max_level_hint() == Some(LevelFilter::OFF);
    let directive = if is_off { "off" } else { "doorward::audit=info" };
    start_with(directive.parse().expect("a directive"), settings.json)
}

fn start_with(filter: EnvFilter, json: bool) -> Log {
    let (writer, guard) = writer();
    let dropped = writer.error_counter();
    let filter = filter.add_directive(NEVER_LOGGED.parse().expect("a directive"));
    let registry = tracing_subscriber::registry().with(filter);
    if json {
        // There is one span, the request; a list of spans would say the same twice.
        registry.with(fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(writer)).init();
    } else {
        let colours = std::io::stderr().is_terminal();
        registry.with(fmt::layer().with_ansi(colours).with_writer(writer)).init();
    }
    Log { _writer: guard, dropped }
}

fn writer() -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(MAX_WAITING_LINES)
        .thread_name("log")
        .finish(std::io::stderr())
}
