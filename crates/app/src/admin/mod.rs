//! What operators and programs do with users, keys and sessions, grouped as in Lucia's `Auth`. No password is asked for and
//! nothing limits how often; what is revoked or changed takes effect on every node before a call returns.

mod keys;
mod links;
mod sessions;
mod throttle_reset;
mod users;

pub use keys::{CreateKeyError, Keys, SetPasswordError, VerifyKeyError};
pub use links::{CreateInvitationError, CreatePasswordLinkError, InvalidLifetime, IssuedLink, Links, NewInvitation};
pub use sessions::{CreateSessionError, Sessions};
pub use throttle_reset::ThrottleReset;
pub use users::{
    CreateUserError, CreateUsersError, FirstKey, UpdateUserError, UserChanges, UserRefusal, UserWithoutPassword, Users,
};
