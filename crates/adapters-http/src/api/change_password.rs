//! `POST /api/password`

use std::sync::Arc;

use doorward_app::{ChangePasswordError, PasswordPair};
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::extract::{Limited, PasswordAttempt};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::RequestBody;
use crate::request::text::{CurrentPassword, NewPassword, NextTarget, PlainText, Text, TransportName};
use crate::response::landing::{Landing, Notice};
use crate::response::outcome::SignedIn;
use crate::response::problem::Problem;

/// The fields of a change of the password.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "ChangePassword", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ChangePasswordRequest {
    /// The current password, 1 to 255 characters.
    current_password: Text<CurrentPassword>,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones.
    new_password: Text<NewPassword>,
    transport: Text<TransportName, false>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Text<NextTarget, false>,
    /// Whose account it is. A form says it, so that it changes no account of a user who signed in since.
    user_id: Text<PlainText, false>,
}

impl RequestBody for ChangePasswordRequest {
    fn transport(&self) -> Option<&Text<TransportName, false>> {
        Some(&self.transport)
    }

    fn next(&self) -> Option<&str> {
        self.next.as_text()
    }

    fn user_id(&self) -> Option<&str> {
        self.user_id.as_given()
    }
}

impl Limited for ChangePasswordRequest {}

pub(crate) struct ChangePasswordApi(pub(crate) Arc<Context>);

#[OpenApi]
impl ChangePasswordApi {
    /// Change the password
    ///
    /// Needs the current password. Every session is revoked, and a new one is opened; the answer is that of a login.
    #[oai(path = "/api/password", method = "post", operation_id = "changePassword", tag = "Tag::Accounts")]
    async fn change_password(&self, attempt: PasswordAttempt<ChangePasswordRequest>) -> Result<SignedIn<200>, Problem> {
        let PasswordAttempt { session, body, client, devices, transport, next } = attempt;
        let change_password = &self.0.use_cases.change_password;
        let pair = PasswordPair { current: body.current_password.into_text(), new: body.new_password.into_text() };
        match change_password.run(&session.user, &pair, &client, &devices).await {
            Ok(opened) => {
                self.0.note(AuditEvent::PasswordChanged, &session);
                Ok(SignedIn::new(opened, transport, next, Landing::Notice(Notice::PasswordChanged)))
            }
            Err(error) => {
                if matches!(error, ChangePasswordError::Incorrect) {
                    self.0.note(AuditEvent::PasswordChangeFailed, &session);
                }
                Err(Problem::of_change_password(error, change_password.rules()))
            }
        }
    }
}
