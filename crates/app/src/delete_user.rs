//! Deleting a user whom nobody asks for a password; whoever deletes their own account is asked
//! ([`DeleteAccount`](crate::DeleteAccount)).

use std::sync::Arc;

use doorward_domain::UserId;
use doorward_domain::ports::UserStore;

use crate::Fault;

/// Removes a user with all keys and sessions.
pub struct DeleteUser {
    users: Arc<dyn UserStore>,
}

impl DeleteUser {
    /// The use case on this port.
    #[must_use]
    pub fn new(users: Arc<dyn UserStore>) -> Self {
        Self { users }
    }

    /// Removes the user; `false` when there is no such user.
    ///
    /// # Errors
    /// [`Fault`] when the store fails; nothing was removed then.
    pub async fn run(&self, user: &UserId) -> Result<bool, Fault> {
        Ok(self.users.admin_delete_user(user).await?)
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::ports::{MockUserStore, StoreError};

    use super::*;
    use crate::test_support::{cause, user};

    #[tokio::test]
    async fn a_user_is_deleted_once() {
        let mut outcomes = [Ok(true), Ok(false), Err(StoreError::Unavailable(cause()))].into_iter();
        let mut users = MockUserStore::new();
        users
            .expect_admin_delete_user()
            .withf(|id| *id == user("Alice").id)
            .returning(move |_| outcomes.next().expect("three calls"));
        let delete = DeleteUser::new(Arc::new(users));
        assert!(delete.run(&user("Alice").id).await.expect("no fault"));
        assert!(!delete.run(&user("Alice").id).await.expect("no fault"));
        assert!(matches!(delete.run(&user("Alice").id).await, Err(Fault::Unavailable(_))));
    }
}
