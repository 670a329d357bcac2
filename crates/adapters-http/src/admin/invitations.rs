//! `GET` and `POST /admin/invitations`, `DELETE /admin/invitations/{invitationId}`

use std::sync::Arc;

use doorward_app::admin::NewInvitation;
use doorward_domain::{InvitationId, LinkPolicy};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::actor::Actor;
use super::answer::{Created, NoContent};
use super::bodies::{InvitationBody, InvitationListBody};
use super::context::AdminContext;
use super::extract::Body;
use super::password_link::{LONGEST_SECS, valid_for};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::request::body::RequestBody;
use crate::request::json_field::{AnyObject, Count, JsonField};
use crate::request::text::{NewUsername, Nullable, Text};
use crate::response::problem::{Field, Problem, ProblemKind};

/// How many invitations a page has unless the program says otherwise.
const DEFAULT_LIMIT: u32 = 100;

/// The fields of an invitation.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "CreateInvitation", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CreateInvitationRequest {
    /// The username of the new user; without one they choose it. A reserved username is allowed.
    username: Text<Nullable<NewUsername>, false>,
    /// The attributes of the new user: a JSON object of at most 4 KiB and 8 levels.
    attributes: JsonField<AnyObject>,
    /// How many users can sign up with it; one unless given, and always one where it fixes the username.
    uses: JsonField<Count<{ LinkPolicy::MOST_USES }>>,
    /// For how many seconds it is valid; seven days unless given.
    expires_in: JsonField<Count<LONGEST_SECS>>,
}

impl RequestBody for CreateInvitationRequest {
    const REQUIRED: bool = false;
}

pub(super) struct InvitationsApi(pub(super) Arc<AdminContext>);

#[OpenApi]
impl InvitationsApi {
    /// List invitations
    ///
    /// Lists those that can be used, in the order of their ids.
    #[oai(path = "/admin/invitations", method = "get", operation_id = "listInvitations", tag = "Tag::Links")]
    async fn list_invitations(
        &self,
        _actor: Actor,
        /// Those that come after this id.
        after: Query<Option<String>>,
        /// How many at most; 100 unless given.
        #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
        limit: Query<Option<u32>>,
    ) -> Result<Json<InvitationListBody>, Problem> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        // One beyond the page tells whether there are more.
        let after = after.0.filter(|after| !after.is_empty()).map(|after| {
            InvitationId::parse(&after).ok_or(Problem::new(ProblemKind::MalformedRequest).caused_by("`after` is no id"))
        });
        let listed = self.0.admin.links.list_invitations(after.transpose()?, limit + 1).await?;
        let more = listed.len() > limit as usize;
        let invitations = listed.iter().take(limit as usize).map(InvitationBody::from).collect();
        Ok(Json(InvitationListBody { invitations, more }))
    }

    /// Create an invitation
    ///
    /// Its link is in this answer alone. People can sign up with it unless sign-up is closed.
    #[oai(path = "/admin/invitations", method = "post", operation_id = "createInvitation", tag = "Tag::Links")]
    async fn create_invitation(
        &self,
        actor: Actor,
        body: Body<CreateInvitationRequest>,
    ) -> Result<Created<InvitationBody>, Problem> {
        let CreateInvitationRequest { username, attributes, uses, expires_in } = body.0;
        let new = NewInvitation {
            username: username.into_given_or_null().map(|text| text.as_str().to_owned()),
            attributes: attributes.attributes().map_err(Problem::of_attributes)?.unwrap_or_default(),
            uses: uses.count(Field::Uses)?.unwrap_or(1),
            valid_for: valid_for(&expires_in)?.unwrap_or(LinkPolicy::INVITATION),
        };
        let created = self.0.admin.links.create_invitation(new).await;
        let (invitation, code) = created.map_err(|error| Problem::of_create_invitation(error, self.0.sign_up()))?;
        self.0.note(&actor, AuditEvent::InvitationCreated, None);
        Ok(Created(InvitationBody::with_code(self.0.public_origin(), &invitation, &code)))
    }

    /// Revoke an invitation
    #[oai(
        path = "/admin/invitations/:invitationId",
        method = "delete",
        operation_id = "revokeInvitation",
        tag = "Tag::Links"
    )]
    async fn revoke_invitation(
        &self,
        actor: Actor,
        /// The invitation's id.
        #[oai(name = "invitationId")]
        invitation_id: Path<String>,
    ) -> Result<NoContent, Problem> {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let id = InvitationId::parse(&invitation_id).ok_or_else(not_found)?;
        if !self.0.admin.links.revoke_invitation(&id).await? {
            return Err(not_found());
        }
        self.0.note(&actor, AuditEvent::InvitationRevoked, None);
        Ok(NoContent)
    }
}
