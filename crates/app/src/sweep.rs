//! Sweeping: removes expired sessions that were never presented again, expired links, old sign-in events and full buckets, a
//! batch at a time.

use std::sync::Arc;

use doorward_domain::ports::{AccountRecords, Clock, LinkStore, LoginThrottle, SessionStore};
use doorward_domain::{SignInEvent, ThrottleLimits};

use crate::Fault;

/// Removes expired records.
#[derive(Clone)]
pub struct Sweep {
    sessions: Arc<dyn SessionStore>,
    links: Arc<dyn LinkStore>,
    records: Arc<dyn AccountRecords>,
    throttle: Arc<dyn LoginThrottle>,
    clock: Arc<dyn Clock>,
    limits: ThrottleLimits,
}

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Expired sessions.
    pub sessions: u64,
    /// Expired password links and invitations.
    pub links: u64,
    /// Old sign-in events.
    pub sign_ins: u64,
    /// Buckets and marks of the throttle.
    pub buckets: u64,
}

impl Sweep {
    /// Rows a batch: few enough that no batch holds up other writes for long.
    const BATCH: u32 = 100;

    /// The use case on these ports. An account that is slowed stays so for as long as an account stays known at an
    /// address.
    #[must_use]
    pub fn new(
        sessions: Arc<dyn SessionStore>,
        links: Arc<dyn LinkStore>,
        records: Arc<dyn AccountRecords>,
        throttle: Arc<dyn LoginThrottle>,
        clock: Arc<dyn Clock>,
        limits: ThrottleLimits,
    ) -> Self {
        Self { sessions, links, records, throttle, clock, limits }
    }

    /// Removes all that is dead or spent by now. Other writes come in between batches.
    ///
    /// # Errors
    /// [`Fault`] when the store fails; what was removed before stays removed.
    pub async fn run(&self) -> Result<Swept, Fault> {
        let now = self.clock.now();
        let mut swept = Swept::default();
        loop {
            let batch = self.sessions.delete_expired(now, Self::BATCH).await?;
            swept.sessions += batch;
            if batch < u64::from(Self::BATCH) {
                break;
            }
        }
        swept.links = self.links.delete_expired_links(now).await?;
        let forgotten = now.minus(SignInEvent::KEPT_FOR);
        loop {
            let batch = self.records.delete_sign_ins(forgotten, Self::BATCH).await?;
            swept.sign_ins += batch;
            if batch < u64::from(Self::BATCH) {
                break;
            }
        }
        let slowed = self.limits.account.slowdown.map_or(u32::MAX, |slowdown| slowdown.after);
        let forgotten = now.minus(self.limits.trusted_for);
        loop {
            let batch = self.throttle.delete_spent(now, slowed, forgotten, Self::BATCH).await?;
            swept.buckets += batch;
            if batch < u64::from(Self::BATCH) {
                return Ok(swept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockAccountRecords, MockLinkStore, MockLoginThrottle, MockSessionStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, cause, clock_at};

    const LIMITS: ThrottleLimits = ThrottleLimits::DEFAULT;

    fn sweep(sessions: MockSessionStore, records: MockAccountRecords, throttle: MockLoginThrottle) -> Sweep {
        let mut links = MockLinkStore::new();
        links.expect_delete_expired_links().withf(|now| *now == NOW).returning(|_| Ok(7));
        let (links, clock) = (Arc::new(links), Arc::new(clock_at(NOW)));
        Sweep::new(Arc::new(sessions), links, Arc::new(records), Arc::new(throttle), clock, LIMITS)
    }

    #[tokio::test]
    async fn batches_follow_each_other_until_one_is_not_full() {
        let mut batches = [100, 100, 3].into_iter();
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_delete_expired()
            .withf(|now, limit| *now == NOW && *limit == Sweep::BATCH)
            .times(3)
            .returning(move |_, _| Ok(batches.next().expect("three batches")));
        let mut batches = [100, 7].into_iter();
        let mut records = MockAccountRecords::new();
        records
            .expect_delete_sign_ins()
            .withf(|until, limit| until.plus(SignInEvent::KEPT_FOR) == NOW && *limit == Sweep::BATCH)
            .times(2)
            .returning(move |_, _| Ok(batches.next().expect("two batches")));
        let mut batches = [100, 0].into_iter();
        let mut throttle = MockLoginThrottle::new();
        throttle
            .expect_delete_spent()
            .withf(|now, failures, forgotten, limit| {
                *now == NOW && *failures == 100 && forgotten.plus(LIMITS.trusted_for) == NOW && *limit == Sweep::BATCH
            })
            .times(2)
            .returning(move |_, _, _, _| Ok(batches.next().expect("two batches")));
        let swept = sweep(sessions, records, throttle).run().await.expect("no fault");
        assert_eq!(swept, Swept { sessions: 203, links: 7, sign_ins: 107, buckets: 100 });
    }

    #[tokio::test]
    async fn a_store_that_fails_ends_the_sweep() {
        let mut sessions = MockSessionStore::new();
        sessions.expect_delete_expired().times(1).returning(|_, _| Err(StoreError::Unavailable(cause())));
        let failed = sweep(sessions, MockAccountRecords::new(), MockLoginThrottle::new()).run().await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");

        let mut sessions = MockSessionStore::new();
        sessions.expect_delete_expired().returning(|_, _| Ok(0));
        let mut records = MockAccountRecords::new();
        records.expect_delete_sign_ins().times(1).returning(|_, _| Err(StoreError::Unavailable(cause())));
        let failed = sweep(sessions, records, MockLoginThrottle::new()).run().await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");

        let mut sessions = MockSessionStore::new();
        sessions.expect_delete_expired().returning(|_, _| Ok(0));
        let mut records = MockAccountRecords::new();
        records.expect_delete_sign_ins().returning(|_, _| Ok(0));
        let mut throttle = MockLoginThrottle::new();
        throttle.expect_delete_spent().times(1).returning(|_, _, _, _| Err(StoreError::Unavailable(cause())));
        let failed = sweep(sessions, records, throttle).run().await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");
    }
}
