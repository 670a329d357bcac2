//! The groups of operations in the `OpenAPI` document.

use poem_openapi::Tags;

#[derive(Tags)]
pub(super) enum Tag {
    /// Creating, finding, changing and deleting users
    Users,
    /// The ways in which users prove who they are
    Keys,
    /// Opening, listing, changing and revoking sessions
    Sessions,
    /// Password links and invitations
    Links,
}
