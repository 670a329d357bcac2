//! Users: the people who sign in.

use crate::attributes::Attributes;
use crate::ids::UserId;
use crate::time::Timestamp;
use crate::username::Username;

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The name they chose, for display.
    pub username: Username,
    /// When they signed up.
    pub created_at: Timestamp,
    /// What else the operator keeps of the user.
    pub attributes: Attributes,
}
