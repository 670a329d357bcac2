//! What a command prints, and its exit status.

/// What a command prints.
pub(crate) struct Printed {
    /// On standard output.
    pub(crate) output: String,
    /// Lines on standard error before the note.
    pub(crate) details: Vec<String>,
    /// A line on standard error, beside the output.
    pub(crate) note: Option<String>,
    /// The exit status.
    pub(crate) status: u8,
}

impl Printed {
    /// The output of a command that did what it was told.
    pub(super) fn output(output: String) -> Self {
        Self { output, details: vec![], note: None, status: 0 }
    }
}
