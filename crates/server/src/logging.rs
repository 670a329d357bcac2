//! The log: one event a line on standard error.

use std::io::IsTerminal;

use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::settings::LogSettings;

/// Starts logging for the whole process.
pub(crate) fn start(settings: &LogSettings) {
    let registry = tracing_subscriber::registry().with(settings.filter.clone());
    if settings.json {
        registry.with(fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).init();
    } else {
        let colours = std::io::stderr().is_terminal();
        registry.with(fmt::layer().with_ansi(colours).with_writer(std::io::stderr)).init();
    }
}
