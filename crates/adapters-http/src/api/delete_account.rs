//! `POST /api/account/delete`

use std::sync::Arc;

use doorward_app::DeleteAccountError;
use doorward_domain::{LoginName, User, Username};
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::extract::{Limited, PasswordAttempt};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::RequestBody;
use crate::request::text::{CurrentPassword, PlainText, Text};
use crate::response::landing::Notice;
use crate::response::outcome::{Done, Forgets};
use crate::response::problem::Problem;

/// The fields of the deletion of an account.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "DeleteAccount", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct DeleteAccountRequest {
    /// The username of the account, which must be right if it is given. The form asks for it, against deletion by mistake.
    username: Text<PlainText, false>,
    /// The current password, 1 to 255 characters.
    password: Text<CurrentPassword>,
    /// Whose account it is. A form says it, so that it changes no account of a user who signed in since.
    user_id: Text<PlainText, false>,
}

impl RequestBody for DeleteAccountRequest {
    fn username(&self) -> Option<&str> {
        self.username.as_text()
    }

    fn user_id(&self) -> Option<&str> {
        self.user_id.as_given()
    }
}

impl Limited for DeleteAccountRequest {}

/// Whether this is the user's name, in any spelling that signs in.
fn is_name_of(user: &User, typed: Option<&str>) -> bool {
    let name = typed.and_then(|typed| LoginName::parse(typed, Username::MOST_CHARS).ok());
    name.is_some_and(|name| name.key_id() == user.username.key_id())
}

pub(crate) struct DeleteAccountApi(pub(crate) Arc<Context>);

#[OpenApi]
impl DeleteAccountApi {
    /// Delete the account
    ///
    /// Needs the current password. Removes the user with all keys and sessions.
    #[oai(path = "/api/account/delete", method = "post", operation_id = "deleteAccount", tag = "Tag::Accounts")]
    async fn delete_account(&self, attempt: PasswordAttempt<DeleteAccountRequest>) -> Result<Done, Problem> {
        let PasswordAttempt { session, body, client, devices, .. } = attempt;
        if body.username.is_given() && !is_name_of(&session.user, body.username.as_text()) {
            let password = body.password.as_text().is_none_or(str::is_empty).then(Problem::missing_current_password);
            return Err(Problem::of_invalid_fields([Some(Problem::username_differs()), password]));
        }
        let password = body.password.into_text();
        match self.0.use_cases.delete_account.run(&session.user, password.as_ref(), &client, &devices).await {
            Ok(()) => {
                self.0.note(AuditEvent::AccountDeleted, &session);
                let has_devices = !devices.presented.is_empty();
                Ok(Done::new(
                    Notice::AccountDeleted,
                    if has_devices { Forgets::SessionAndDevices } else { Forgets::Session },
                ))
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
