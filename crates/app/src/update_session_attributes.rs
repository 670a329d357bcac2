//! Updating a session's attributes: what was there before is replaced as a whole.

use std::sync::Arc;

use doorward_domain::ports::SessionStore;
use doorward_domain::{Attributes, SessionId};

use crate::Fault;

/// Gives a session other attributes.
pub struct UpdateSessionAttributes {
    sessions: Arc<dyn SessionStore>,
}

impl UpdateSessionAttributes {
    /// The use case on this port.
    #[must_use]
    pub fn new(sessions: Arc<dyn SessionStore>) -> Self {
        Self { sessions }
    }

    /// Replaces the attributes; `false` when there is no such session. Every later validation has them.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, id: &SessionId, attributes: &Attributes) -> Result<bool, Fault> {
        Ok(self.sessions.set_attributes(id, attributes).await?)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockSessionStore, StoreError};

    use super::*;
    use crate::test_support::{NOW, attributes, cause, session_opened_at};

    #[tokio::test]
    async fn the_attributes_are_written_to_that_session_or_there_is_none_or_the_store_fails() {
        let mut outcomes = [Ok(true), Ok(false), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut sessions = MockSessionStore::new();
        sessions
            .expect_set_attributes()
            .withf(|id, written| *id == session_opened_at(NOW).id && *written == attributes())
            .returning(move |_, _| outcomes.next().expect("three calls"));
        let update = UpdateSessionAttributes::new(Arc::new(sessions));
        let id = session_opened_at(NOW).id;
        assert!(update.run(&id, &attributes()).await.expect("no fault"));
        assert!(!update.run(&id, &attributes()).await.expect("no fault"));
        assert!(matches!(update.run(&id, &attributes()).await, Err(Fault::Unavailable(_))));
    }
}
