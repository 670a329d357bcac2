//! `POST /api/reset`

use std::sync::Arc;

use doorward_app::ResetPasswordError;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::extract::{Limited, SignInAttempt};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::RequestBody;
use crate::request::text::{NewPassword, NextTarget, PlainText, Text, TransportName};
use crate::response::landing::{Landing, Notice};
use crate::response::outcome::SignedIn;
use crate::response::problem::Problem;

/// The fields of a new password by a link.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "ResetPassword", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ResetPasswordRequest {
    /// The code of a password link, 16 letters and digits with any spaces and hyphens.
    code: Text<PlainText>,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones.
    new_password: Text<NewPassword>,
    transport: Text<TransportName, false>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Text<NextTarget, false>,
    /// The user's name, which a form holds for password managers. It has no effect.
    username: Text<PlainText, false>,
}

impl RequestBody for ResetPasswordRequest {
    fn transport(&self) -> Option<&Text<TransportName, false>> {
        Some(&self.transport)
    }

    fn next(&self) -> Option<&str> {
        self.next.as_text()
    }

    fn username(&self) -> Option<&str> {
        self.username.as_text()
    }

    fn code(&self) -> Option<&str> {
        self.code.as_text()
    }
}

impl Limited for ResetPasswordRequest {}

pub(crate) struct ResetPasswordApi(pub(crate) Arc<Context>);

#[OpenApi]
impl ResetPasswordApi {
    /// Choose a new password by a link
    ///
    /// Sets a new password with the code of a password link that an operator made, which works once. Every session is
    /// revoked, and a new one is opened; the response is that of a login. A code that is wrong, used, expired or revoked
    /// gets one and the same response.
    #[oai(path = "/api/reset", method = "post", operation_id = "resetPassword", tag = "Tag::Recovery")]
    async fn reset_password(&self, attempt: SignInAttempt<ResetPasswordRequest>) -> Result<SignedIn<200>, Problem> {
        let SignInAttempt { body, presented, client, devices, .. } = attempt;
        let reset_password = &self.0.use_cases.reset_password;
        let (code, new_password) = (body.code.into_text().unwrap_or_default(), body.new_password.into_text());
        match reset_password.run(&code, new_password.as_ref(), &presented, &client, &devices).await {
            Ok(opened) => {
                self.0.note(AuditEvent::PasswordReset, &opened.valid);
                let landing = Landing::Notice(Notice::PasswordReset);
                Ok(SignedIn::new(opened, attempt.transport, attempt.next, landing))
            }
            Err(error) => {
                if matches!(error, ResetPasswordError::InvalidLink(_)) {
                    self.0.metrics.audit.note(AuditEvent::LinkRefused, None);
                }
                Err(Problem::of_reset_password(error, reset_password.rules()))
            }
        }
    }
}
