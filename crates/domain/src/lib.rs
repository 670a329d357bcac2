//! Users, keys and sessions: entities, value objects, their rules, and the ports through which use cases reach the outside.
//!
//! The words are Lucia's: a *user* is a person, a *key* is one way for that person to prove who they are (here a
//! username with a password), a *session* is the proof that they did.
//!
//! Nothing here knows of HTTP, SQL, a hash scheme, a thread or the ambient clock.

mod attributes;
mod blocklist;
mod client;
mod error_chain;
mod hex;
mod ids;
mod import_reason;
mod key;
mod link;
mod one_time_code;
mod password;
pub mod ports;
mod reserved_usernames;
mod session;
mod sign_in;
mod text;
mod throttle;
mod time;
mod token;
mod user;
mod username;

pub use attributes::{Attributes, InvalidAttributes};
pub use blocklist::BlockedWords;
pub use client::{AddressBlock, Client, UserAgent};
pub use error_chain::error_chain;
pub use hex::{digest_from_hex, digest_to_hex};
pub use ids::{InvalidKeyId, InvitationId, KeyId, SessionId, UserId};
pub use import_reason::ImportReason;
pub use key::Key;
pub use link::{Invitation, LinkPolicy, PasswordLink};
pub use one_time_code::{LinkHash, OneTimeCode, RecoveryCodeHash};
pub use password::{HashParameters, HashRefusal, InvalidPassword, Password, PasswordHash, PasswordPolicy};
pub use reserved_usernames::ReservedUsernames;
pub use session::{Session, SessionPolicy, SessionState};
pub use sign_in::{SignInEvent, SignInKind};
pub use throttle::{Bucket, RateLimit, Slowdown, ThrottleKey, ThrottleLimits, ThrottleScope, TrustedDevice};
pub use time::Timestamp;
pub use token::{SessionToken, TokenHash, TrustedDeviceToken};
pub use user::User;
pub use username::{InvalidUsername, LoginName, Username, UsernamePolicy, UsernameRules};
