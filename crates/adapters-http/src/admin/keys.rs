//! `GET` and `POST /admin/users/{userId}/keys`; `GET`, `PATCH` and `DELETE /admin/keys/{keyId}`;
//! `POST /admin/keys/{keyId}/verify`

use std::sync::Arc;

use doorward_domain::{Key, KeyId};
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::actor::Actor;
use super::answer::{Created, NoContent};
use super::bodies::{KeyBody, KeyListBody};
use super::context::AdminContext;
use super::extract::Body;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::request::body::RequestBody;
use crate::request::text::{CurrentPassword, KeyIdText, NewPassword, Nullable, Text};
use crate::response::problem::{Problem, ProblemKind, Reason};

/// The fields of a new key.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "CreateKey", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CreateKeyRequest {
    /// A provider of 1 to 32 lower-case letters, digits, `-` and `_`, a colon, and the user's id there, 1 to 255 characters.
    /// A `username:` key is that of the user's own username.
    key_id: Text<KeyIdText>,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones.
    password: Text<Nullable<NewPassword>, false>,
}

impl RequestBody for CreateKeyRequest {}

/// The fields of a change of a key.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "UpdateKey", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct UpdateKeyRequest {
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones. Null takes the password away.
    password: Text<Nullable<NewPassword>>,
}

impl RequestBody for UpdateKeyRequest {}

/// The password to verify.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "VerifyKey", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct VerifyKeyRequest {
    /// 1 to 255 characters. Missing or null for a key without a password.
    password: Text<Nullable<CurrentPassword>, false>,
}

impl RequestBody for VerifyKeyRequest {
    const REQUIRED: bool = false;
}

pub(super) struct KeysApi(pub(super) Arc<AdminContext>);

#[OpenApi]
impl KeysApi {
    /// List the keys of a user
    #[oai(path = "/admin/users/:userId/keys", method = "get", operation_id = "listKeys", tag = "Tag::Keys")]
    async fn list_keys(
        &self,
        _actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
    ) -> Result<Json<KeyListBody>, Problem> {
        let user = self.0.user(&user_id).await?;
        let keys = self.0.admin.keys.list(&user.id).await?;
        Ok(Json(KeyListBody::from(keys.as_slice())))
    }

    /// Give a user another key
    #[oai(path = "/admin/users/:userId/keys", method = "post", operation_id = "createKey", tag = "Tag::Keys")]
    async fn create_key(
        &self,
        actor: Actor,
        /// The user's id.
        #[oai(name = "userId")]
        user_id: Path<String>,
        body: Body<CreateKeyRequest>,
    ) -> Result<Created<KeyBody>, Problem> {
        let CreateKeyRequest { key_id, password } = body.0;
        let id = parse_new_id(key_id.as_text().unwrap_or_default())?;
        let user = self.0.user(&user_id).await?;
        let password = password.into_given_or_null();
        let created = self.0.admin.keys.create(id, &user.id, password.as_ref()).await;
        let key = created.map_err(|error| Problem::of_create_key(error, &self.0.sign_up().passwords))?;
        self.0.note(&actor, AuditEvent::KeyAdded, Some(&user.id));
        Ok(Created(KeyBody::from(&key)))
    }

    /// Show a key
    #[oai(path = "/admin/keys/:keyId", method = "get", operation_id = "getKey", tag = "Tag::Keys")]
    async fn get_key(
        &self,
        _actor: Actor,
        /// The key's id, percent-encoded.
        #[oai(name = "keyId")]
        key_id: Path<String>,
    ) -> Result<Json<KeyBody>, Problem> {
        self.key(&key_id).await.map(|key| Json(KeyBody::from(&key)))
    }

    /// Set the password of a key
    ///
    /// Replaces the password or takes it away, deletes the recovery codes and revokes every session of the key's user.
    #[oai(path = "/admin/keys/:keyId", method = "patch", operation_id = "updateKey", tag = "Tag::Keys")]
    async fn update_key(
        &self,
        actor: Actor,
        /// The key's id, percent-encoded.
        #[oai(name = "keyId")]
        key_id: Path<String>,
        body: Body<UpdateKeyRequest>,
    ) -> Result<NoContent, Problem> {
        let password = body.0.password;
        if !password.is_given() {
            return Err(Problem::new(ProblemKind::InvalidPassword).reason(Reason::Required));
        }
        let password = password.into_given_or_null();
        let key = self.key(&key_id).await?;
        let set = self.0.admin.keys.set_password(&key.id, password.as_ref()).await;
        set.map_err(|error| Problem::of_set_password(error, &self.0.sign_up().passwords))?;
        self.0.note(&actor, AuditEvent::PasswordSet, Some(&key.user_id));
        Ok(NoContent)
    }

    /// Delete a key
    ///
    /// Deletes the key and the recovery codes, and revokes every session of the key's user.
    #[oai(path = "/admin/keys/:keyId", method = "delete", operation_id = "deleteKey", tag = "Tag::Keys")]
    async fn delete_key(
        &self,
        actor: Actor,
        /// The key's id, percent-encoded.
        #[oai(name = "keyId")]
        key_id: Path<String>,
    ) -> Result<NoContent, Problem> {
        let key = self.key(&key_id).await?;
        if !self.0.admin.keys.delete(&key.id).await? {
            return Err(Problem::new(ProblemKind::NotFound));
        }
        self.0.note(&actor, AuditEvent::KeyDeleted, Some(&key.user_id));
        Ok(NoContent)
    }

    /// Verify the password of a key
    ///
    /// Answers with the key if this is its password. Nothing limits how often this is tried: limit the attempts of users
    /// yourself.
    #[oai(path = "/admin/keys/:keyId/verify", method = "post", operation_id = "verifyKey", tag = "Tag::Keys")]
    async fn verify_key(
        &self,
        _actor: Actor,
        /// The key's id, percent-encoded.
        #[oai(name = "keyId")]
        key_id: Path<String>,
        body: Body<VerifyKeyRequest>,
    ) -> Result<Json<KeyBody>, Problem> {
        let id = KeyId::parse(&key_id).map_err(|_| Problem::new(ProblemKind::NotFound))?;
        let password = body.0.password.into_given_or_null();
        let verified = self.0.admin.keys.verify(&id, password.as_ref()).await;
        verified.map(|key| Json(KeyBody::from(&key))).map_err(Problem::of_verify_key)
    }
}

impl KeysApi {
    /// The key with an id of a path.
    async fn key(&self, id: &str) -> Result<Key, Problem> {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let id = KeyId::parse(id).map_err(|_| not_found())?;
        self.0.admin.keys.get(&id).await?.ok_or_else(not_found)
    }
}

fn parse_new_id(text: &str) -> Result<KeyId, Problem> {
    let reason = if text.is_empty() { Reason::Required } else { Reason::Malformed };
    KeyId::parse(text).map_err(|error| Problem::new(ProblemKind::InvalidKeyId).reason(reason).caused_by(error))
}
