//! The ports: what use cases need from the outside, cut by what must be consistent together. Each promise here is
//! proven for every adapter by the conformance suite of the `tests` package.

#![cfg_attr(feature = "mocks", allow(clippy::pedantic, reason = "what mockall writes is not ours to polish"))]

mod account;
mod account_archive;
mod account_records;
mod account_sink;
mod account_source;
mod clock;
mod errors;
mod hash_scheme_store;
mod link_store;
mod login_throttle;
mod password_hasher;
mod recovery_store;
mod session_store;
mod store_probe;
mod token_generator;
mod user_store;

pub use account::Account;
pub use account_archive::{AccountArchive, AccountSnapshot};
pub use account_records::{AccountRecords, KeyRecord};
pub use account_sink::{AccountSink, ExistingAccounts, WriteAccountsError};
pub use account_source::{
    AccountSource, CookieSigner, HashReader, SourceAccount, SourceError, SourceHash, SourceId, SourceInstant,
    SourceKey, SourceSession, SourceToken,
};
pub use clock::Clock;
pub use errors::{Cause, StoreError};
pub use hash_scheme_store::HashSchemeStore;
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
    account_archive::{MockAccountArchive, MockAccountSnapshot},
    account_records::MockAccountRecords,
    account_sink::MockAccountSink,
    account_source::{MockCookieSigner, MockHashReader},
    clock::MockClock,
    hash_scheme_store::MockHashSchemeStore,
    link_store::MockLinkStore,
    login_throttle::MockLoginThrottle,
    password_hasher::MockPasswordHasher,
    recovery_store::MockRecoveryStore,
    session_store::MockSessionStore,
    store_probe::MockStoreProbe,
    token_generator::MockTokenGenerator,
    user_store::MockUserStore,
};
