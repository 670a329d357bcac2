//! Recovery codes, and the way back in without the password.

use std::sync::Arc;

use doorward_app::{Attempt, IssueRecoveryCodesError, RecoverAccountError, RecoveryClaim};
use poem::Request;
use poem_openapi::OpenApi;
use poem_openapi::payload::Json;
use zeroize::Zeroizing;

use super::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::entry::{admit, location};
use crate::form::{AccountForm, EntryEcho, FormEcho, FormName};
use crate::pages::Pages;
use crate::request::body::Submission;
use crate::request::credential::Credential;
use crate::request::response_mode::ResponseMode;
use crate::response::answer::{Issued, SignedIn};
use crate::response::problem::Problem;
use crate::response::wire::{
    IssueRecoveryCodesFields, RecoverFields, RecoveryCodesBody, RecoveryCodesLeftBody, Transport,
};

pub(crate) struct RecoveryApi(pub(crate) Arc<Context>, pub(crate) Arc<Pages>);

#[OpenApi]
impl RecoveryApi {
    /// Make recovery codes
    ///
    /// Makes ten codes, each of which lets the user back in once without the password. The old ones no longer work. The
    /// answer is the only place where they are ever shown.
    ///
    /// Needs the password, but for a user without codes whose session was opened in the last ten minutes.
    #[oai(path = "/api/recovery-codes", method = "post", operation_id = "issueRecoveryCodes", tag = "Tag::Recovery")]
    async fn issue(
        &self,
        request: &Request,
        credential: Credential<'_>,
        body: Submission<Option<IssueRecoveryCodesFields>>,
    ) -> Result<Issued, Problem> {
        let client = self.0.admitted_client(request, Attempt::Password).await?;
        let signed_in = self.0.require_session(credential).await?;
        let fields = body.read().await?;
        // What is there and no text is as wrong as an empty text, and not the same as nothing.
        let no_text = fields.has("password").then(Zeroizing::default);
        let password = fields.text("password").or(no_text.as_ref());
        let devices = self.0.devices(request, &Transport::Bearer);
        match self.0.services.issue_recovery_codes.run(&signed_in, password, &client, &devices).await {
            Ok(issued) => {
                self.0.note(AuditEvent::RecoveryCodesIssued, &signed_in);
                // A redirect would lead away from them.
                Ok(if ResponseMode::of(request) == ResponseMode::Page && credential.bearer().is_none() {
                    let language = self.1.language(request.headers());
                    Issued::Page(self.1.codes(&signed_in.user, &issued, language))
                } else {
                    Issued::Json(Json(RecoveryCodesBody::from(issued.codes.as_slice())))
                })
            }
            Err(error) => {
                if matches!(error, IssueRecoveryCodesError::Incorrect) {
                    self.0.note(AuditEvent::RecoveryCodesRefused, &signed_in);
                }
                let json_only = credential.bearer().is_some();
                let problem = Problem { json_only, ..Problem::of_issue_recovery_codes(error) };
                Err(self.0.on_profile(request, signed_in, AccountForm::RecoveryCodes, problem).await)
            }
        }
    }

    /// Recovery codes left
    ///
    /// How many recovery codes the user has not used yet, and when they were made.
    #[oai(path = "/api/recovery-codes", method = "get", operation_id = "countRecoveryCodes", tag = "Tag::Recovery")]
    async fn count(&self, credential: Credential<'_>) -> Result<Json<RecoveryCodesLeftBody>, Problem> {
        let signed_in = self.0.require_session(credential).await?;
        let unused = self.0.services.issue_recovery_codes.unused(&signed_in.user.id).await?;
        Ok(Json(RecoveryCodesLeftBody::from(unused.as_slice())))
    }

    /// Recover an account
    ///
    /// Lets a user back in who forgot the password, for a recovery code, which is used up. The new password takes the
    /// place of the forgotten one, every session ends, and a new one is opened; the answer is that of a login. A wrong
    /// code, a used one and an unknown user are answered alike.
    #[oai(path = "/api/recover", method = "post", operation_id = "recoverAccount", tag = "Tag::Recovery")]
    async fn recover(&self, request: &Request, body: Submission<RecoverFields>) -> Result<SignedIn<200>, Problem> {
        let client = self.0.admitted_client(request, Attempt::Password).await?;
        let presented = Credential::of(request).tokens(&self.0.cookie);
        let fields = body.read().await?;
        let transport = Transport::read(&fields)?.unwrap_or(Transport::Cookie);
        let next = location(&self.0, &fields);
        let claim = RecoveryClaim {
            username: fields.text("username").cloned(),
            code: fields.text("code").cloned(),
            new_password: fields.text("newPassword").cloned(),
        };
        let recover_account = &self.0.services.recover_account;
        let devices = self.0.devices(request, &transport);
        match recover_account.run(&claim, &presented, &client, &devices).await {
            Ok(recovered) => {
                let opened = &recovered.opened;
                self.0.metrics.audit.note(AuditEvent::AccountRecovered, Some(&opened.valid.user.id));
                let signed_in = admit(&self.0, opened, transport, ResponseMode::of(request), next);
                Ok(signed_in.with_recovery_codes_left(recovered.codes_left))
            }
            Err(error) => {
                if let RecoverAccountError::Incorrect { account } = &error {
                    self.0.metrics.audit.note(AuditEvent::RecoveryFailed, account.as_ref());
                }
                let username = claim.username.map(|text| text.to_string()).unwrap_or_default();
                let form = Some(FormEcho::Entry(EntryEcho { name: FormName::Recover, username, next }));
                let json_only = matches!(transport, Transport::Bearer);
                Err(Problem { form, json_only, ..Problem::of_recover_account(error, &recover_account.rules()) })
            }
        }
    }
}
