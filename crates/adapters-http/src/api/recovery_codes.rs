//! `POST` and `GET /api/recovery-codes`: one path is one block of operations in poem-openapi.

use std::sync::Arc;

use doorward_app::IssueRecoveryCodesError;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::extract::{Limited, PasswordAttempt};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::RequestBody;
use crate::request::credential::Credential;
use crate::request::text::{CurrentPassword, NextTarget, PlainText, Text};
use crate::response::outcome::NewRecoveryCodes;
use crate::response::problem::Problem;
use crate::response::recovery_codes::RecoveryCodesLeftBody;

/// The fields of the creation of recovery codes.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "IssueRecoveryCodes", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct CreateRecoveryCodesRequest {
    /// The current password, 1 to 255 characters. A user without codes whose session was opened in the last ten minutes
    /// may leave it out.
    password: Text<CurrentPassword, false>,
    /// Where the page with the codes leads on to: a path on this server or a URL of a return origin; anything else is
    /// ignored.
    next: Text<NextTarget, false>,
    /// Whose account it is. A form says it, so that it changes no account of a user who signed in since.
    user_id: Text<PlainText, false>,
}

impl RequestBody for CreateRecoveryCodesRequest {
    const REQUIRED: bool = false;

    fn next(&self) -> Option<&str> {
        self.next.as_text()
    }

    fn user_id(&self) -> Option<&str> {
        self.user_id.as_given()
    }
}

impl Limited for CreateRecoveryCodesRequest {}

pub(crate) struct RecoveryCodesApi(pub(crate) Arc<Context>);

#[OpenApi]
impl RecoveryCodesApi {
    /// Create recovery codes
    ///
    /// Creates ten codes and invalidates the old ones. Each code signs the user in once without the password. Only this
    /// response shows them.
    ///
    /// Needs the current password, except from a user without codes whose session was opened in the last ten minutes.
    #[oai(path = "/api/recovery-codes", method = "post", operation_id = "issueRecoveryCodes", tag = "Tag::Recovery")]
    async fn create_recovery_codes(
        &self,
        attempt: PasswordAttempt<CreateRecoveryCodesRequest>,
    ) -> Result<NewRecoveryCodes, Problem> {
        let PasswordAttempt { session, body, client, devices, next, .. } = attempt;
        let password = body.password.into_given();
        match self.0.use_cases.issue_recovery_codes.run(&session, password.as_ref(), &client, &devices).await {
            Ok(issued) => {
                self.0.note(AuditEvent::RecoveryCodesIssued, &session);
                Ok(NewRecoveryCodes { user: session.user, issued, next })
            }
            Err(error) => {
                if matches!(error, IssueRecoveryCodesError::Incorrect) {
                    self.0.note(AuditEvent::RecoveryCodesRefused, &session);
                }
                Err(Problem::of_issue_recovery_codes(error))
            }
        }
    }

    /// Recovery codes left
    ///
    /// The number of unused recovery codes, and when they were created.
    #[oai(path = "/api/recovery-codes", method = "get", operation_id = "countRecoveryCodes", tag = "Tag::Recovery")]
    async fn count_recovery_codes(&self, credential: Credential<'_>) -> Result<Json<RecoveryCodesLeftBody>, Problem> {
        let session = self.0.require_session(credential).await?;
        let unused = self.0.use_cases.issue_recovery_codes.unused(&session.user.id).await?;
        Ok(Json(RecoveryCodesLeftBody::from(unused.as_slice())))
    }
}
