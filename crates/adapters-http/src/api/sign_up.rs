//! `POST /api/signup`

use std::sync::Arc;

use doorward_app::{AttemptKind, Credentials, SignUpError};
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;

use super::extract::{Limited, SignInAttempt};
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::body::RequestBody;
use crate::request::text::{NewPassword, NewUsername, NextTarget, PlainText, Text, TransportName};
use crate::response::landing::Landing;
use crate::response::outcome::SignedIn;
use crate::response::problem::Problem;

/// The fields of sign-up.
#[derive(Default, Deserialize, Object)]
#[oai(rename = "SignUp")]
#[serde(default)]
pub(crate) struct SignUpRequest {
    /// 4 to 31 visible characters, with spaces between them; unique in any letter case. The operator may allow up to 254.
    /// The pattern excludes control characters and white space at the ends; the operator's policy may exclude more.
    username: Text<NewUsername>,
    /// 6 to 255 characters, unless the operator asks for more; not one of the most common ones.
    password: Text<NewPassword>,
    /// The code of an invitation, 16 letters and digits with any spaces and hyphens. Where sign-up is by invitation, it is
    /// needed.
    invitation: Text<PlainText, false>,
    transport: Text<TransportName, false>,
    /// Where a form goes afterwards: a path on this server or a URL of a return origin; anything else is ignored.
    next: Text<NextTarget, false>,
}

impl RequestBody for SignUpRequest {
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
        self.invitation.as_given()
    }
}

impl Limited for SignUpRequest {
    const ATTEMPT: AttemptKind = AttemptKind::SignUp;
}

pub(crate) struct SignUpApi(pub(crate) Arc<Context>);

#[OpenApi]
impl SignUpApi {
    /// Sign up
    ///
    /// Creates a user and signs them in. A session that the request came with is revoked. An invitation may fix the username,
    /// which then needs not be sent.
    #[oai(path = "/api/signup", method = "post", operation_id = "signUp", tag = "Tag::Accounts")]
    async fn sign_up(&self, attempt: SignInAttempt<SignUpRequest>) -> Result<SignedIn<201>, Problem> {
        let SignInAttempt { body, presented, client, devices, .. } = attempt;
        let sign_up = &self.0.use_cases.sign_up;
        let credentials = Credentials { username: body.username.into_text(), password: body.password.into_text() };
        // A form has the field also where it is left empty.
        let invitation = body.invitation.into_given().filter(|code| !code.trim().is_empty());
        let invitation = invitation.as_ref().map(|code| code.as_str());
        match sign_up.run(&credentials, invitation, &presented, &client, &devices).await {
            Ok(opened) => {
                self.0.note(AuditEvent::SignUp, &opened.valid);
                Ok(SignedIn::new(opened, attempt.transport, attempt.next, Landing::OfferOfCodes))
            }
            Err(error) => {
                if matches!(error, SignUpError::InvalidLink(_)) {
                    self.0.metrics.audit.note(AuditEvent::LinkRefused, None);
                }
                Err(Problem::of_sign_up(error, sign_up.policy()))
            }
        }
    }
}
