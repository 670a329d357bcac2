//! Getting a key: whose it is, and whether it has a password.

use std::sync::Arc;

use doorward_domain::ports::UserStore;
use doorward_domain::{Key, KeyId};

use crate::Fault;

/// Says what a key is.
pub struct GetKey {
    users: Arc<dyn UserStore>,
}

impl GetKey {
    /// The use case on this port.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>) -> Self {
        Self { users }
    }

    /// The key with this id; `None` when there is none.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, id: &KeyId) -> Result<Option<Key>, Fault> {
        Ok(self.users.find_by_key(id).await?.map(|(key, _)| key))
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{cause, key_of, user};

    #[tokio::test]
    async fn a_key_is_found_or_not_or_the_store_fails() {
        let alice = key_of(&user("Alice"), "hash");
        let mut outcomes =
            [Ok(Some((alice.clone(), user("Alice")))), Ok(None), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        let id = alice.id.clone();
        users
            .expect_find_by_key()
            .withf(move |asked| *asked == id)
            .returning(move |_| outcomes.next().expect("three calls"));
        let get = GetKey::new(Arc::new(users));
        assert_eq!(get.run(&alice.id).await.expect("no fault"), Some(alice.clone()));
        assert_eq!(get.run(&alice.id).await.expect("no fault"), None);
        assert!(matches!(get.run(&alice.id).await, Err(Fault::Unavailable(_))));
    }
}
