//! Sweeping: sessions that died unmet are removed, a batch at a time.

use std::sync::Arc;

use doorward_domain::ports::{Clock, SessionStore};

use crate::Fault;

/// Removes dead sessions.
pub struct SweepSessions {
    sessions: Arc<dyn SessionStore>,
    clock: Arc<dyn Clock>,
}

impl SweepSessions {
    /// Sessions a batch: few enough that no batch holds up other writes for long.
    const BATCH: u32 = 500;

    /// The use case on these ports.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>, clock: Arc<dyn Clock>) -> Self {
        Self { sessions, clock }
    }

    /// Removes all sessions that are dead by now and says how many there were. Other writes come in between batches.
    ///
    /// # Errors
    /// [`Fault`] when the store fails; what was removed before stays removed.
    pub async fn run(&self) -> Result<u64, Fault> {
        let now = self.clock.now();
        let mut removed = 0;
        loop {
            let batch = self.sessions.delete_dead(now, Self::BATCH).await?;
            removed += batch;
            if batch < u64::from(Self::BATCH) {
                return Ok(removed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockSessionStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, cause, clock_at};

    #[tokio::test]
    async fn batches_follow_each_other_until_one_is_not_full() {
        let mut batches = [500, 500, 3].into_iter();
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_delete_dead()
            .withf(|now, limit| *now == NOW && *limit == SweepSessions::BATCH)
            .times(3)
            .returning(move |_, _| Ok(batches.next().expect("three batches")));
        let sweep = SweepSessions::new(Arc::new(sessions), Arc::new(clock_at(NOW)));
        assert_eq!(sweep.run().await.expect("no fault"), 1_003);
    }

    #[tokio::test]
    async fn a_store_that_fails_ends_the_sweep() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete_dead().times(1).returning(|_, _| Err(StoreError::Unavailable(cause())));
        let failed = SweepSessions::new(Arc::new(sessions), Arc::new(clock_at(NOW))).run().await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");
    }
}
