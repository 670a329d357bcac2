//! `GET`, `PATCH` and `DELETE /admin/users/{userId}`

use std::sync::Arc;

use doorward_app::admin::UserChanges;
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
use crate::request::json_field::{AnyObject, Flag, JsonField};
use crate::request::text::{NewUsername, Nullable, Text};
use crate::response::problem::{Field, Problem, ProblemKind};

/// The fields of a change of a user. What is missing stays as it is.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "UpdateUser", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct UpdateUserRequest {
    /// 4 to 31 characters; the operator may allow up to 254. A reserved username is allowed. The old one is free at once;
    /// sessions stay.
    username: Text<Nullable<NewUsername>, false>,
    /// Replaces the whole object: a JSON object of at most 4 KiB and 8 levels.
    attributes: JsonField<AnyObject>,
    /// Whether the user is disabled. Every session of theirs is revoked then, and nothing opens one.
    disabled: JsonField<Flag>,
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
    ///
    /// Changes all that is given, or nothing.
    #[oai(path = "/admin/users/:userId", method = "patch", operation_id = "updateUser", tag = "Tag::Users")]
    async fn update_user(
        &self,
        actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
        body: Body<UpdateUserRequest>,
    ) -> Result<Json<UserBody>, Problem> {
        let UpdateUserRequest { username, attributes, disabled } = body.0;
        let changes = UserChanges {
            username: username.into_given_or_null().map(|text| text.as_str().to_owned()),
            attributes: attributes.attributes().map_err(Problem::of_attributes)?,
            disabled: disabled.flag(Field::Disabled)?,
        };
        let before = self.0.user(&user_id).await?;
        let updated = self.0.admin.users.update(&before.id, changes).await;
        let user = updated.map_err(|error| Problem::of_update_user(error, self.0.sign_up()))?;
        self.note_changes(&actor, &before, &user);
        Ok(Json(UserBody::from(&user)))
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

impl UserApi {
    /// Logs what a program changed of a user.
    fn note_changes(&self, actor: &Actor, before: &User, after: &User) {
        let events = [
            (before.username != after.username).then_some(AuditEvent::UsernameChanged),
            (before.attributes != after.attributes).then_some(AuditEvent::AttributesChanged),
            (!before.disabled && after.disabled).then_some(AuditEvent::AccountDisabled),
            (before.disabled && !after.disabled).then_some(AuditEvent::AccountEnabled),
        ];
        for event in events.into_iter().flatten() {
            self.0.note(actor, event, Some(&after.id));
        }
    }
}
