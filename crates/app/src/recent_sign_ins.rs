//! Tells a user of their latest sign-ins, so that they notice one that was not theirs (OWASP ASVS 5.0, 6.3.5 and 6.3.7).

use std::sync::Arc;

use doorward_domain::ports::{AccountRecords, Clock};
use doorward_domain::{SignInEvent, UserId};

use crate::Fault;

/// Lists the latest sign-ins of a user.
pub struct RecentSignIns {
    records: Arc<dyn AccountRecords>,
    clock: Arc<dyn Clock>,
}

impl RecentSignIns {
    /// The use case on these ports.
    #[must_use]
    pub fn new(records: Arc<dyn AccountRecords>, clock: Arc<dyn Clock>) -> Self {
        Self { records, clock }
    }

    /// At most `most` sign-in events of the user, newest first, none older than [`SignInEvent::KEPT_FOR`].
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, user: &UserId, most: usize) -> Result<Vec<SignInEvent>, Fault> {
        let forgotten = self.clock.now().minus(SignInEvent::KEPT_FOR);
        let kept = self.records.sign_ins(user, None, SignInEvent::MOST_KEPT).await?;
        Ok(kept.into_iter().rev().take(most).filter(|event| event.at > forgotten).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_domain::ports::{MockAccountRecords, StoreError};
    use doorward_domain::{SessionId, SignInKind, Timestamp};

    use super::*;
    use crate::test_support::{NOW, cause, client, clock_at, user};

    fn event(number: u64, at: Timestamp) -> SignInEvent {
        let session_id = SessionId::restore(format!("session-{number}"));
        SignInEvent { session_id, kind: SignInKind::LogIn, at, client: client() }
    }

    #[tokio::test]
    async fn the_latest_sign_ins_come_newest_first_and_old_ones_not_at_all() {
        let old = event(0, NOW.minus(SignInEvent::KEPT_FOR));
        let kept: Vec<_> = (1..=4).map(|number| event(number, NOW.minus(Duration::from_hours(10 - number)))).collect();
        let stored = [vec![old], kept.clone()].concat();
        let mut records = MockAccountRecords::new();
        records
            .expect_sign_ins()
            .withf(|id, after, limit| *id == user("Alice").id && after.is_none() && *limit == SignInEvent::MOST_KEPT)
            .returning(move |_, _, _| Ok(stored.clone()));
        let recent = RecentSignIns::new(Arc::new(records), Arc::new(clock_at(NOW)));
        let newest: Vec<_> = kept.into_iter().rev().collect();
        assert_eq!(recent.run(&user("Alice").id, 3).await.expect("an answer"), newest[..3]);
        assert_eq!(recent.run(&user("Alice").id, 9).await.expect("an answer"), newest);
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault() {
        let mut records = MockAccountRecords::new();
        records.expect_sign_ins().returning(|_, _, _| Err(StoreError::Unavailable(cause())));
        let recent = RecentSignIns::new(Arc::new(records), Arc::new(clock_at(NOW)));
        assert!(matches!(recent.run(&user("Alice").id, 3).await, Err(Fault::Unavailable(_))));
    }
}
