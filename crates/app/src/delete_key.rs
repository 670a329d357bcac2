//! Deleting a key: one way less to sign in.

use std::sync::Arc;

use doorward_domain::KeyId;
use doorward_domain::ports::UserStore;

use crate::Fault;

/// Takes a key from its user.
pub struct DeleteKey {
    users: Arc<dyn UserStore>,
}

impl DeleteKey {
    /// The use case on this port.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>) -> Self {
        Self { users }
    }

    /// Removes the key and ends every session of its user, since none says which key it was opened with; `false` when
    /// there is no such key. The user stays, and without a key can only be reached by id.
    ///
    /// # Errors
    /// [`Fault`] when the store fails; nothing was removed then.
    pub async fn run(&self, id: &KeyId) -> Result<bool, Fault> {
        Ok(self.users.admin_delete_key(id).await?)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{cause, user};

    #[tokio::test]
    async fn a_key_is_deleted_once() {
        let mut outcomes = [Ok(true), Ok(false), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        users
            .expect_admin_delete_key()
            .withf(|id| id.as_str() == "username:alice")
            .returning(move |_| outcomes.next().expect("three calls"));
        let delete = DeleteKey::new(Arc::new(users));
        let id = user("Alice").username.key_id();
        assert!(delete.run(&id).await.expect("no fault"));
        assert!(!delete.run(&id).await.expect("no fault"));
        assert!(matches!(delete.run(&id).await, Err(Fault::Unavailable(_))));
    }
}
