//! The errors that several ports share.

use thiserror::Error;

/// Why something behind a port went wrong: opaque here, and logged once where the client is answered.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A store did not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It cannot be reached, is too busy, damaged or not in its place, or refuses to write; the same call may succeed
    /// later. What was to be written may have been, where it failed while it said so.
    #[error("the store is unavailable")]
    Unavailable(#[source] Cause),
    /// It answered with something that cannot be, such as a row that no version of this program wrote.
    #[error("the store holds or said something that cannot be")]
    Corrupt(#[source] Cause),
}
