//! A source that is open.

use std::time::Duration;

use doorward_adapters_sql::OpenSource;
use doorward_domain::ports::AccountSource;

/// A source that is open, and the settings with which its sessions stay alive.
pub(super) struct Opened {
    pub(super) accounts: Box<dyn AccountSource>,
    pub(super) tables: Vec<String>,
    pub(super) sessions: Option<SessionSettings>,
    pub(super) idle_period: Duration,
}

/// The settings of the source, as ours are written.
pub(super) struct SessionSettings {
    pub(super) cookie: &'static str,
    pub(super) active: &'static str,
    pub(super) idle: &'static str,
}

impl Opened {
    /// A database with the settings of its sessions.
    pub(super) fn new(source: OpenSource, sessions: Option<SessionSettings>, idle_period: Duration) -> Self {
        Self { accounts: source.accounts, tables: source.tables, sessions, idle_period }
    }
}
