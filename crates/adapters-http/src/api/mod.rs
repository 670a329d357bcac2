//! The operations of the JSON API, which plain forms use as well.

mod accounts;
mod health;
mod sessions;
mod verify;

pub(crate) use accounts::AccountsApi;
pub(crate) use health::HealthApi;
pub(crate) use sessions::SessionsApi;
pub(crate) use verify::VerifyApi;

use doorward_app::ValidSession;
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

/// Notes for the operator what somebody who is signed in did.
fn audit(event: &str, signed_in: &ValidSession) {
    tracing::info!(target: "doorward::audit", event, user_id = signed_in.user.id.as_str());
}
