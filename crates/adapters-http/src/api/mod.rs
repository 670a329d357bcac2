//! The operations of the JSON API, which plain forms use as well.

mod accounts;
mod health;
pub(crate) mod sessions;
pub(crate) mod verify;

pub(crate) use accounts::AccountsApi;
pub(crate) use health::HealthApi;
pub(crate) use sessions::SessionsApi;
pub(crate) use verify::VerifyApi;

use poem_openapi::Tags;

#[derive(Tags)]
enum Tag {
    /// Signing up, in and out; the password; leaving
    Accounts,
    /// Who is signed in
    Sessions,
    /// Whether the server can do its work
    Health,
}
