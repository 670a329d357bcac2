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
    /// Whether the operator disabled the user: they have no sessions then, and nothing opens one.
    pub disabled: bool,
    /// What else the operator keeps of the user.
    pub attributes: Attributes,
}
