//! Links that an operator hands to a person: to choose a new password, or to sign up.

use std::time::Duration;

use crate::attributes::Attributes;
use crate::ids::{InvitationId, UserId};
use crate::one_time_code::LinkHash;
use crate::time::Timestamp;
use crate::username::Username;

/// Lets a user choose a new password once. A user has at most one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordLink {
    /// The user.
    pub user_id: UserId,
    /// What the store knows its code by.
    pub code: LinkHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// From this instant on it is refused.
    pub expires_at: Timestamp,
}

/// Lets persons without an account sign up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// What names it in lists.
    pub id: InvitationId,
    /// What the store knows its code by.
    pub code: LinkHash,
    /// The username that the new user has; `None` where they choose one.
    pub username: Option<Username>,
    /// The attributes that the new user has.
    pub attributes: Attributes,
    /// How many more users can sign up with it; at least one.
    pub uses_left: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// From this instant on it is refused.
    pub expires_at: Timestamp,
}

/// How long links are valid.
pub struct LinkPolicy;

impl LinkPolicy {
    /// How long a password link is valid unless the operator says otherwise: a person hands it over, so that a day must do.
    /// NIST SP 800-63B-4, 4.2.1.2 allows a code that is sent by e-mail 24 hours.
    pub const PASSWORD_LINK: Duration = Duration::from_hours(24);
    /// How long an invitation is valid unless the operator says otherwise: over a weekend.
    pub const INVITATION: Duration = Duration::from_hours(7 * 24);
    /// The longest that the operator can say, in order that no link is forgotten and stays open.
    pub const LONGEST: Duration = Duration::from_hours(90 * 24);
    /// The most uses of an invitation: more than a school has pupils.
    pub const MOST_USES: u32 = 100_000;
}
