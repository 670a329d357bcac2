//! Listing keys: how a user can be known.

use std::sync::Arc;

use doorward_domain::ports::UserStore;
use doorward_domain::{Key, UserId};

use crate::Fault;

/// Lists the keys of a user.
pub struct ListKeys {
    users: Arc<dyn UserStore>,
}

impl ListKeys {
    /// The use case on this port.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>) -> Self {
        Self { users }
    }

    /// All keys of the user, those made first first; none where there is no such user.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, user: &UserId) -> Result<Vec<Key>, Fault> {
        Ok(self.users.list_keys(user).await?)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{cause, key_of, user};

    #[tokio::test]
    async fn keys_are_listed_as_the_store_has_them_or_the_store_fails() {
        let mut outcomes =
            [Ok(vec![key_of(&user("Alice"), "hash")]), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        users
            .expect_list_keys()
            .withf(|id| *id == user("Alice").id)
            .returning(move |_| outcomes.next().expect("two calls"));
        let list = ListKeys::new(Arc::new(users));
        assert_eq!(list.run(&user("Alice").id).await.expect("no fault"), [key_of(&user("Alice"), "hash")]);
        assert!(matches!(list.run(&user("Alice").id).await, Err(Fault::Unavailable(_))));
    }
}
