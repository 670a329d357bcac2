//! For how long a node may keep sessions that it read.

use std::time::Duration;

/// How long a session that was read may be believed without asking the store again. Whoever ends one waits as long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLease(Duration);

impl SessionLease {
    /// The longest there is: a person waits for it when they sign out.
    pub const MAX: Duration = Duration::from_secs(5);

    /// A lease of whole milliseconds, at least one and at most [`Self::MAX`].
    #[must_use]
    pub fn new(lease: Duration) -> Option<Self> {
        let millis = u64::try_from(lease.as_millis()).ok().filter(|millis| *millis > 0)?;
        (lease <= Self::MAX).then_some(Self(Duration::from_millis(millis)))
    }

    pub(crate) fn duration(self) -> Duration {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_a_millisecond_to_five_seconds() {
        let lease = |micros| SessionLease::new(Duration::from_micros(micros)).map(|lease| lease.duration().as_millis());
        for (micros, millis) in
            [(0, None), (999, None), (1_000, Some(1)), (2_500, Some(2)), (5_000_000, Some(5_000)), (5_000_001, None)]
        {
            assert_eq!(lease(micros), millis, "{micros}");
        }
    }
}
