//! `POST` and `DELETE /admin/users/{userId}/password-link`

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::LinkPolicy;
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::actor::Actor;
use super::answer::{Created, NoContent};
use super::bodies::PasswordLinkBody;
use super::context::AdminContext;
use super::extract::Body;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::request::body::RequestBody;
use crate::request::json_field::{Count, JsonField};
use crate::response::problem::{Field, Problem, ProblemKind};

/// The longest that a link is valid, in seconds.
#[expect(clippy::cast_possible_truncation, reason = "it is 90 days")]
pub(super) const LONGEST_SECS: u32 = LinkPolicy::LONGEST.as_secs() as u32;

/// The fields of a password link.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "CreatePasswordLink", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CreatePasswordLinkRequest {
    /// For how many seconds it is valid; a day unless given.
    expires_in: JsonField<Count<LONGEST_SECS>>,
}

impl RequestBody for CreatePasswordLinkRequest {
    const REQUIRED: bool = false;
}

pub(super) struct PasswordLinkApi(pub(super) Arc<AdminContext>);

#[OpenApi]
impl PasswordLinkApi {
    /// Make a password link
    ///
    /// Makes the link by which a user chooses a new password once, in place of the one that the user may have. Password,
    /// sessions and recovery codes stay until it is used.
    #[oai(
        path = "/admin/users/:userId/password-link",
        method = "post",
        operation_id = "createPasswordLink",
        tag = "Tag::Links"
    )]
    async fn create_password_link(
        &self,
        actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
        body: Body<CreatePasswordLinkRequest>,
    ) -> Result<Created<PasswordLinkBody>, Problem> {
        let valid_for = valid_for(&body.0.expires_in)?.unwrap_or(LinkPolicy::PASSWORD_LINK);
        let user = self.0.user(&user_id).await?;
        let link = self.0.admin.links.create_password_link(&user.id, valid_for).await;
        let link = link.map_err(Problem::of_create_password_link)?;
        self.0.note(&actor, AuditEvent::PasswordLinkCreated, Some(&user.id));
        Ok(Created(PasswordLinkBody::new(self.0.public_origin(), &link)))
    }

    /// Revoke a password link
    #[oai(
        path = "/admin/users/:userId/password-link",
        method = "delete",
        operation_id = "revokePasswordLink",
        tag = "Tag::Links"
    )]
    async fn revoke_password_link(
        &self,
        actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
    ) -> Result<NoContent, Problem> {
        let user = self.0.user(&user_id).await?;
        if !self.0.admin.links.revoke_password_link(&user.id).await? {
            return Err(Problem::new(ProblemKind::NotFound));
        }
        self.0.note(&actor, AuditEvent::PasswordLinkRevoked, Some(&user.id));
        Ok(NoContent)
    }
}

/// For how long a link is to be valid; `None` where the program does not say.
pub(super) fn valid_for(expires_in: &JsonField<Count<LONGEST_SECS>>) -> Result<Option<Duration>, Problem> {
    let seconds = expires_in.count(Field::ExpiresIn)?;
    Ok(seconds.map(|seconds| Duration::from_secs(seconds.into())))
}
