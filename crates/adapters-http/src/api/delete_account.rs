//! `POST /api/account/delete`

use std::sync::Arc;

use doorward_app::DeleteAccountError;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::extract::{Limited, PasswordAttempt};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::RequestBody;
use crate::request::text::{CurrentPassword, Text, UserIdText};
use crate::response::outcome::{Done, Forgets};
use crate::response::problem::Problem;

/// The fields of the deletion of an account.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "DeleteAccount", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct DeleteAccountRequest {
    /// The current password, 1 to 255 characters.
    password: Text<CurrentPassword>,
    /// Whose account it is. A form says it, so that it changes no account of a user who signed in since.
    user_id: Text<UserIdText, false>,
}

impl RequestBody for DeleteAccountRequest {
    fn user_id(&self) -> Option<&str> {
        self.user_id.as_given()
    }
}

impl Limited for DeleteAccountRequest {}

pub(crate) struct DeleteAccountApi(pub(crate) Arc<Context>);

#[OpenApi]
impl DeleteAccountApi {
    /// Delete the account
    ///
    /// Needs the current password. Removes the user with all keys and sessions.
    #[oai(path = "/api/account/delete", method = "post", operation_id = "deleteAccount", tag = "Tag::Accounts")]
    async fn delete_account(&self, attempt: PasswordAttempt<DeleteAccountRequest>) -> Result<Done, Problem> {
        let PasswordAttempt { session, body, client, devices, .. } = attempt;
        let password = body.password.into_text();
        match self.0.use_cases.delete_account.run(&session.user, password.as_ref(), &client, &devices).await {
            Ok(()) => {
                self.0.note(AuditEvent::AccountDeleted, &session);
                let has_devices = !devices.presented.is_empty();
                Ok(Done::new("/login", if has_devices { Forgets::SessionAndDevices } else { Forgets::Session }))
            }
            Err(error) => {
                if matches!(error, DeleteAccountError::Incorrect) {
                    self.0.note(AuditEvent::AccountDeletionFailed, &session);
                }
                Err(Problem::of_delete_account(error))
            }
        }
    }
}
