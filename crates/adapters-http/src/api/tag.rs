//! The groups of operations in the `OpenAPI` document.

use poem_openapi::Tags;

#[derive(Tags)]
pub(crate) enum Tag {
    /// Signing up, in and out; the password; deletion
    Accounts,
    /// A way back in without the password
    Recovery,
    /// Who is signed in
    Sessions,
    /// Whether the server can do its work
    Health,
}
