//! Updating a user's attributes: what was there before is replaced as a whole.

use std::sync::Arc;

use doorward_domain::ports::UserStore;
use doorward_domain::{Attributes, UserId};

use crate::Fault;

/// Gives a user other attributes.
pub struct UpdateUserAttributes {
    users: Arc<dyn UserStore>,
}

impl UpdateUserAttributes {
    /// The use case on this port.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>) -> Self {
        Self { users }
    }

    /// Replaces the attributes; `false` when there is no such user. Every later validation has them.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn run(&self, user: &UserId, attributes: &Attributes) -> Result<bool, Fault> {
        Ok(self.users.set_attributes(user, attributes).await?)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{attributes, cause, user};

    #[tokio::test]
    async fn the_attributes_are_written_for_that_user() {
        let mut users = MockUserStore::new();
        users
            .expect_set_attributes()
            .withf(|id, written| *id == user("Alice").id && *written == attributes())
            .times(1)
            .returning(|_, _| Ok(true));
        let update = UpdateUserAttributes::new(Arc::new(users));
        assert!(update.run(&user("Alice").id, &attributes()).await.expect("no fault"));
    }

    #[tokio::test]
    async fn nobody_is_told_from_a_store_that_fails() {
        let mut outcomes = [Ok(false), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        users.expect_set_attributes().returning(move |_, _| outcomes.next().expect("two calls"));
        let update = UpdateUserAttributes::new(Arc::new(users));
        assert!(!update.run(&user("Alice").id, &attributes()).await.expect("no fault"));
        assert!(matches!(update.run(&user("Alice").id, &attributes()).await, Err(Fault::Unavailable(_))));
    }
}
