//! `POST /api/username`

use std::sync::Arc;

use doorward_app::{ChangeUsernameError, NewUsername as UsernameChange};
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::extract::{Limited, PasswordAttempt};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::RequestBody;
use crate::request::text::{CurrentPassword, NewUsername, NextTarget, PlainText, Text};
use crate::response::landing::Notice;
use crate::response::outcome::{Done, Forgets};
use crate::response::problem::Problem;

/// The fields of a change of the username.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "ChangeUsername", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ChangeUsernameRequest {
    /// The new username: 4 to 31 visible characters, with spaces between them; unique in any letter case. The operator may
    /// allow up to 254.
    username: Text<NewUsername>,
    /// The current password, 1 to 255 characters.
    current_password: Text<CurrentPassword>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Text<NextTarget, false>,
    /// Whose account it is. A form says it, so that it changes no account of a user who signed in since.
    user_id: Text<PlainText, false>,
}

impl RequestBody for ChangeUsernameRequest {
    fn next(&self) -> Option<&str> {
        self.next.as_text()
    }

    fn user_id(&self) -> Option<&str> {
        self.user_id.as_given()
    }

    fn username(&self) -> Option<&str> {
        self.username.as_text()
    }
}

impl Limited for ChangeUsernameRequest {}

pub(crate) struct ChangeUsernameApi(pub(crate) Arc<Context>);

#[OpenApi]
impl ChangeUsernameApi {
    /// Change the username
    ///
    /// Needs the current password. The old name is free at once; user id and sessions stay.
    #[oai(path = "/api/username", method = "post", operation_id = "changeUsername", tag = "Tag::Accounts")]
    async fn change_username(&self, attempt: PasswordAttempt<ChangeUsernameRequest>) -> Result<Done, Problem> {
        let PasswordAttempt { session, body, client, devices, next, .. } = attempt;
        let change_username = &self.0.use_cases.change_username;
        let change =
            UsernameChange { username: body.username.into_text(), current_password: body.current_password.into_text() };
        match change_username.run(&session.user, &change, &client, &devices).await {
            Ok(_) => {
                self.0.note(AuditEvent::UsernameChanged, &session);
                Ok(Done::new(Notice::UsernameChanged, Forgets::Nothing).with_next(next))
            }
            Err(error) => {
                if matches!(error, ChangeUsernameError::Incorrect) {
                    self.0.note(AuditEvent::UsernameChangeFailed, &session);
                }
                Err(Problem::of_change_username(error, change_username.policy()))
            }
        }
    }
}
