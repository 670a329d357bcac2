//! What a look at a store finds before it is opened.

/// What the next start finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreState {
    /// No file, or no tables: the start creates them.
    Absent,
    /// A schema that lacks this many migrations: the start runs them.
    Outdated(usize),
    /// The schema of this version.
    Current,
}

impl StoreState {
    /// The state of a schema that lacks this many migrations.
    pub(crate) fn of(pending: usize) -> Self {
        if pending == 0 { Self::Current } else { Self::Outdated(pending) }
    }
}
