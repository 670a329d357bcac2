//! The operations of the JSON API, which plain forms use as well.

mod accounts;
mod health;
mod sessions;

pub(crate) use accounts::AccountsApi;
pub(crate) use health::HealthApi;
pub(crate) use sessions::SessionsApi;

use poem_openapi::Tags;

#[derive(Tags)]
enum Tag {
    /// Signing up, in and out
    Accounts,
    /// Who is signed in
    Sessions,
    /// Whether the server can do its work
    Health,
}
