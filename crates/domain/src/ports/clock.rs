//! The time of day.

use crate::Timestamp;

/// Tells what time it is. The only source of "now": nothing else decides when a session ends.
#[cfg_attr(feature = "mocks", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The current instant.
    fn now(&self) -> Timestamp;
}
