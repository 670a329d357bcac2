//! The operations of the JSON API, which plain forms use as well.

mod accounts;
mod health;
mod recovery;
pub(crate) mod sessions;
pub(crate) mod verify;

pub(crate) use accounts::AccountsApi;
pub(crate) use health::HealthApi;
pub(crate) use recovery::RecoveryApi;
pub(crate) use sessions::SessionsApi;
pub(crate) use verify::VerifyApi;

use poem_openapi::Tags;

#[derive(Tags)]
enum Tag {
    /// Signing up, in and out; the password; leaving
    Accounts,
    /// A way back in without the password
    Recovery,
    /// Who is signed in
    Sessions,
    /// Whether the server can do its work
    Health,
}
