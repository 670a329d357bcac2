//! `GET`, `PATCH` and `DELETE /admin/users/{userId}`

use std::sync::Arc;

use doorward_domain::{User, UserId};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::actor::Actor;
use super::answer::NoContent;
use super::bodies::UserBody;
use super::context::AdminContext;
use super::extract::Body;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::request::body::RequestBody;
use crate::request::json_object::JsonObject;
use crate::response::problem::{Problem, ProblemKind};

/// The fields of a change of a user. What is missing stays as it is.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "UpdateUser", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct UpdateUserRequest {
    /// Replaces the whole object: a JSON object of at most 4 KiB and 8 levels.
    attributes: JsonObject,
}

impl RequestBody for UpdateUserRequest {
    const REQUIRED: bool = false;
}

pub(super) struct UserApi(pub(super) Arc<AdminContext>);

#[OpenApi]
impl UserApi {
    /// Show a user
    #[oai(path = "/admin/users/:userId", method = "get", operation_id = "getUser", tag = "Tag::Users")]
    async fn get_user(
        &self,
        _actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
    ) -> Result<Json<UserBody>, Problem> {
        self.0.user(&user_id).await.map(|user| Json(UserBody::from(&user)))
    }

    /// Change a user
    #[oai(path = "/admin/users/:userId", method = "patch", operation_id = "updateUser", tag = "Tag::Users")]
    async fn update_user(
        &self,
        actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
        body: Body<UpdateUserRequest>,
    ) -> Result<Json<UserBody>, Problem> {
        let attributes = body.0.attributes.attributes().map_err(Problem::of_attributes)?;
        let user = self.0.user(&user_id).await?;
        let Some(attributes) = attributes else { return Ok(Json(UserBody::from(&user))) };
        if !self.0.admin.users.set_attributes(&user.id, &attributes).await? {
            return Err(Problem::new(ProblemKind::NotFound));
        }
        self.0.note(&actor, AuditEvent::AttributesChanged, Some(&user.id));
        Ok(Json(UserBody::from(&User { attributes, ..user })))
    }

    /// Delete a user
    ///
    /// Deletes the user with all keys and sessions.
    #[oai(path = "/admin/users/:userId", method = "delete", operation_id = "deleteUser", tag = "Tag::Users")]
    async fn delete_user(
        &self,
        actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
    ) -> Result<NoContent, Problem> {
        let id = UserId::parse(&user_id).ok_or(Problem::new(ProblemKind::NotFound))?;
        if !self.0.admin.users.delete(&id).await? {
            return Err(Problem::new(ProblemKind::NotFound));
        }
        self.0.note(&actor, AuditEvent::AccountDeleted, Some(&id));
        Ok(NoContent)
    }
}
