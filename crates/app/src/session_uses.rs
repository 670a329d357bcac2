//! When sessions were last used: noted in memory by validations, which write nothing, and written from time to time.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use doorward_domain::ports::SessionStore;
use doorward_domain::{Session, Timestamp, TokenHash};

use crate::Fault;

/// The uses of sessions that are not written yet.
pub struct SessionUses {
    sessions: Arc<dyn SessionStore>,
    noted: Mutex<HashMap<TokenHash, Timestamp>>,
}

impl SessionUses {
    /// The most uses in memory. One beyond them is noted by a later validation.
    const MOST: usize = 10_000;
    /// Rows a transaction: few enough that none holds up other writes for long.
    const BATCH: usize = 100;

    /// The use case on this port.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>) -> Self {
        Self { sessions, noted: Mutex::default() }
    }

    /// Notes that a session is used now, unless the use that is known is recent enough.
    pub(crate) fn note(&self, session: &Session, now: Timestamp) {
        if !session.last_use_is_old(now) {
            return;
        }
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() < Self::MOST || noted.contains_key(&session.token_hash) {
            noted.insert(session.token_hash, now);
        }
    }

    /// Writes the uses that were noted since the last call.
    ///
    /// # Errors
    /// [`Fault`] when the store fails. The uses that were not written are dropped: later validations note others.
    pub async fn write(&self) -> Result<(), Fault> {
        let noted = mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner));
        let noted: Vec<_> = noted.into_iter().collect();
        for batch in noted.chunks(Self::BATCH) {
            self.sessions.note_uses(batch).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_domain::ports::MockSessionStore;

    use super::*;
    use crate::test_support::{NOW, session_opened_at};

    #[tokio::test]
    async fn a_use_is_written_once_an_hour_and_once() {
        let session = session_opened_at(NOW);
        let later = NOW.plus(Duration::from_hours(1));
        let mut sessions = MockSessionStore::new();
        let hash = session.token_hash;
        sessions.expect_note_uses().once().withf(move |uses| *uses == [(hash, later)]).returning(|_| Ok(()));
        let uses = SessionUses::new(Arc::new(sessions));
        uses.note(&session, later.minus(Duration::from_millis(1)));
        uses.write().await.expect("no fault");
        uses.note(&session, later);
        uses.note(&session, later);
        uses.write().await.expect("no fault");
        uses.write().await.expect("no fault");
    }

    #[tokio::test]
    async fn memory_is_bounded() {
        let uses = SessionUses::new(Arc::new(MockSessionStore::new()));
        let later = NOW.plus(Duration::from_hours(2));
        for number in 0..=SessionUses::MOST {
            let mut digest = [0; 32];
            digest[..8].copy_from_slice(&(number as u64).to_be_bytes());
            let session = Session { token_hash: TokenHash::restore(digest), ..session_opened_at(NOW) };
            uses.note(&session, later);
        }
        assert_eq!(uses.noted.lock().expect("no panic").len(), SessionUses::MOST);
    }
}
