//! The groups of operations in the `OpenAPI` document.

use poem_openapi::Tags;

#[derive(Tags)]
pub(crate) enum Tag {
    /// Sign-up, login, logout, password, data and deletion
    Accounts,
    /// Recovery codes, for users who forgot the password
    Recovery,
    /// Validating, listing and revoking sessions
    Sessions,
    /// Whether the server can do its work
    Health,
}
