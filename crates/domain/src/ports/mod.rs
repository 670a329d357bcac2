//! The ports: what use cases need from the outside, cut by what must be consistent together. Each promise here is
//! proven for every adapter by the conformance suite of the `tests` package.

#![cfg_attr(feature = "mocks", allow(clippy::pedantic, reason = "what mockall writes is not ours to polish"))]

mod account_records;
mod clock;
mod errors;
mod link_store;
mod login_throttle;
mod password_hasher;
mod recovery_store;
mod session_store;
mod store_probe;
mod token_generator;
mod user_store;

pub use account_records::{AccountRecords, KeyRecord};
pub use clock::Clock;
pub use errors::{Cause, StoreError};
pub use link_store::{LinkStore, PasswordReset, UseLinkError};
pub use login_throttle::{LoginThrottle, ThrottledSuccess};
pub use password_hasher::{HasherError, PasswordHasher, Verdict};
pub use recovery_store::{CodeReplacement, RecoverError, Recovery, RecoveryStore, ReplaceCodesError, UnusedCode};
pub use session_store::{KeyedWriteError, LiveSession, SessionList, SessionStore, VerifiedKey};
pub use store_probe::{StoreCounts, StoreProbe};
pub use token_generator::{RandomnessError, TokenGenerator};
pub use user_store::{
    AddKeyError, AdminCreateUsersError, CreateUserError, NewAccount, NewUser, PasswordChange, Taken, UpdateUserError,
    UserQuery, UserStore, UserUpdate,
};

#[cfg(feature = "mocks")]
pub use {
    account_records::MockAccountRecords, clock::MockClock, link_store::MockLinkStore,
    login_throttle::MockLoginThrottle, password_hasher::MockPasswordHasher, recovery_store::MockRecoveryStore,
    session_store::MockSessionStore, store_probe::MockStoreProbe, token_generator::MockTokenGenerator,
    user_store::MockUserStore,
};
