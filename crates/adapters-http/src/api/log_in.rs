//! `POST /api/login`

use std::sync::Arc;

use doorward_app::{Credentials, LogInError};
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::extract::{Limited, SignInAttempt};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::RequestBody;
use crate::request::text::{CurrentPassword, LoginUsername, NextTarget, Text, TransportName};
use crate::response::landing::Landing;
use crate::response::outcome::SignedIn;
use crate::response::problem::Problem;

/// The fields of login.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "LogIn")]
#[serde(default)]
pub(crate) struct LogInRequest {
    /// 1 to 31 characters; the operator may allow up to 254.
    username: Text<LoginUsername>,
    /// 1 to 255 characters.
    password: Text<CurrentPassword>,
    transport: Text<TransportName, false>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Text<NextTarget, false>,
}

impl RequestBody for LogInRequest {
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

impl Limited for LogInRequest {}

pub(crate) struct LogInApi(pub(crate) Arc<Context>);

#[OpenApi]
impl LogInApi {
    /// Sign in
    ///
    /// Opens a session for a user who knows the password. A session that the request came with is revoked. A wrong
    /// password and an unknown user get the same answer.
    #[oai(path = "/api/login", method = "post", operation_id = "logIn", tag = "Tag::Accounts")]
    async fn log_in(&self, attempt: SignInAttempt<LogInRequest>) -> Result<SignedIn<200>, Problem> {
        let SignInAttempt { body, presented, client, devices, .. } = attempt;
        let credentials = Credentials { username: body.username.into_text(), password: body.password.into_text() };
        let log_in = &self.0.use_cases.log_in;
        match log_in.run(&credentials, &presented, &client, &devices).await {
            Ok(opened) => {
                self.0.note(AuditEvent::LogIn, &opened.valid);
                if opened.rehashed {
                    self.0.note(AuditEvent::Rehash, &opened.valid);
                }
                Ok(SignedIn::new(opened, attempt.transport, attempt.next, Landing::Home))
            }
            Err(error) => {
                let audit = &self.0.metrics.audit;
                match &error {
                    LogInError::IncorrectCredentials { account } => {
                        audit.note(AuditEvent::LogInFailed, account.as_ref());
                    }
                    LogInError::AccountDisabled { account } => {
                        audit.note(AuditEvent::DisabledAccountRefused, Some(account));
                    }
                    LogInError::Invalid(_) | LogInError::Fault(_) => {}
                }
                Err(Problem::of_log_in(error, log_in.usernames()))
            }
        }
    }
}
