//! Getting a user: by id, or by one of their keys.

use std::sync::Arc;

use doorward_domain::ports::UserStore;
use doorward_domain::{KeyId, User, UserId};

use crate::Fault;

/// Says who a user is.
pub struct GetUser {
    users: Arc<dyn UserStore>,
}

impl GetUser {
    /// The use case on this port.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>) -> Self {
        Self { users }
    }

    /// The user with this id; `None` when there is none.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn by_id(&self, id: &UserId) -> Result<Option<User>, Fault> {
        Ok(self.users.find_user(id).await?)
    }

    /// The user whose key this is, such as that of a username; `None` when it is nobody's.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn by_key(&self, key: &KeyId) -> Result<Option<User>, Fault> {
        Ok(self.users.find_by_key(key).await?.map(|(_, user)| user))
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{cause, key_of, user};

    #[tokio::test]
    async fn a_user_is_found_by_id_and_by_key() {
        let mut users = MockUserStore::new();
        users.expect_find_user().withf(|id| *id == user("Alice").id).returning(|_| Ok(Some(user("Alice"))));
        users
            .expect_find_by_key()
            .withf(|key| key.as_str() == "username:alice")
            .returning(|_| Ok(Some((key_of(&user("Alice"), "hash"), user("Alice")))));
        let get = GetUser::new(Arc::new(users));
        assert_eq!(get.by_id(&user("Alice").id).await.expect("no fault"), Some(user("Alice")));
        assert_eq!(get.by_key(&user("ALICE").username.key_id()).await.expect("no fault"), Some(user("Alice")));
    }

    #[tokio::test]
    async fn a_store_that_fails_is_a_fault_and_not_nobody() {
        let mut users = MockUserStore::new();
        users.expect_find_user().returning(|_| Err(StoreError::Unavailable(cause())));
        users.expect_find_by_key().returning(|_| Err(StoreError::Unavailable(cause())));
        let get = GetUser::new(Arc::new(users));
        assert!(matches!(get.by_id(&user("Alice").id).await, Err(Fault::Unavailable(_))));
        assert!(matches!(get.by_key(&user("Alice").username.key_id()).await, Err(Fault::Unavailable(_))));
    }
}
