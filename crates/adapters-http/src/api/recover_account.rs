//! `POST /api/recover`

use std::sync::Arc;

use doorward_app::{RecoverAccountError, RecoveryClaim};
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::extract::{Limited, SignInAttempt};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::RequestBody;
use crate::request::text::{CodeText, LoginUsername, NewPassword, NextTarget, Text, TransportName};
use crate::response::landing::{Landing, Notice};
use crate::response::outcome::SignedIn;
use crate::response::problem::Problem;

/// The fields of a recovery.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "Recover", rename_all = "camelCase")]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct RecoverRequest {
    /// 1 to 31 characters; the operator may allow up to 254.
    username: Text<LoginUsername>,
    /// A recovery code: 16 letters and digits, in either letter case, with any spaces and hyphens.
    code: Text<CodeText>,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones.
    new_password: Text<NewPassword>,
    transport: Text<TransportName, false>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Text<NextTarget, false>,
}

impl RequestBody for RecoverRequest {
    fn transport(&self) -> Option<&Text<TransportName, false>> {
        Some(&self.transport)
    }

    fn next(&self) -> Option<&str> {
        self.next.as_text()
    }

    fn username(&self) -> Option<&str> {
        self.username.as_text()
    }
}

impl Limited for RecoverRequest {}

pub(crate) struct RecoverAccountApi(pub(crate) Arc<Context>);

#[OpenApi]
impl RecoverAccountApi {
    /// Recover an account
    ///
    /// Sets a new password with a recovery code, which works once. Every session is revoked, and a new one is opened; the
    /// response is that of a login. A wrong code, a used code and an unknown user get the same response.
    #[oai(path = "/api/recover", method = "post", operation_id = "recoverAccount", tag = "Tag::Recovery")]
    async fn recover_account(&self, attempt: SignInAttempt<RecoverRequest>) -> Result<SignedIn<200>, Problem> {
        let SignInAttempt { body, presented, client, devices, .. } = attempt;
        let recover_account = &self.0.use_cases.recover_account;
        let claim = RecoveryClaim {
            username: body.username.into_text(),
            code: body.code.into_text(),
            new_password: body.new_password.into_text(),
        };
        match recover_account.run(&claim, &presented, &client, &devices).await {
            Ok(recovered) => {
                self.0.note(AuditEvent::AccountRecovered, &recovered.opened.valid);
                let signed_in = SignedIn::new(
                    recovered.opened,
                    attempt.transport,
                    attempt.next,
                    Landing::Notice(Notice::Recovered),
                );
                Ok(signed_in.with_recovery_codes_left(recovered.codes_left))
            }
            Err(error) => {
                let audit = &self.0.metrics.audit;
                match &error {
                    RecoverAccountError::Incorrect { account } => {
                        audit.note(AuditEvent::RecoveryFailed, account.as_ref());
                    }
                    RecoverAccountError::AccountDisabled { account } => {
                        audit.note(AuditEvent::DisabledAccountRefused, Some(account));
                    }
                    RecoverAccountError::Invalid(_) | RecoverAccountError::Fault(_) => {}
                }
                Err(Problem::of_recover_account(error, recover_account.policy()))
            }
        }
    }
}
