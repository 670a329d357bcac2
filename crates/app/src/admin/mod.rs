//! What operators and programs do with users, keys and sessions, grouped as in Lucia's `Auth`. No password is asked for and
//! nothing limits how often; what is revoked or changed takes effect on every node before a call returns.

mod keys;
mod sessions;
mod users;

pub use keys::{CreateKeyError, Keys, SetPasswordError, VerifyKeyError};
pub use sessions::{CreateSessionError, Sessions};
pub use users::{CreateUserError, FirstKey, Users};
