//! Signing up, in and out; the password; leaving.

use std::sync::Arc;

use doorward_app::{Attempt, ChangePasswordError, DeleteAccountError, LogInError, PasswordPair};
use poem::Request;
use poem_openapi::OpenApi;

use super::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::entry::{Entry, admit};
use crate::form::{AccountForm, FormName};
use crate::request::body::Submission;
use crate::request::credential::Credential;
use crate::request::response_mode::ResponseMode;
use crate::response::answer::{Done, SignedIn};
use crate::response::download::DataFile;
use crate::response::problem::{Problem, ProblemKind};
use crate::response::wire::{
    ChangePasswordFields, DeleteAccountFields, LogInFields, NoFields, SignUpFields, Transport,
};

pub(crate) struct AccountsApi(pub(crate) Arc<Context>);

#[OpenApi]
impl AccountsApi {
    /// Sign up
    ///
    /// Creates a user and signs them in. A session that the request came with ends.
    #[oai(path = "/api/signup", method = "post", operation_id = "signUp", tag = "Tag::Accounts")]
    async fn sign_up(&self, request: &Request, body: Submission<SignUpFields>) -> Result<SignedIn<201>, Problem> {
        let sign_up = &self.0.services.sign_up;
        let entry = Entry::read(&self.0, request, FormName::SignUp, body).await?;
        match sign_up.run(&entry.credentials, &entry.presented, &entry.client, &entry.devices).await {
            Ok(opened) => {
                self.0.metrics.audit.note(AuditEvent::SignUp, Some(&opened.valid.user.id));
                Ok(entry.admit(&self.0, &opened))
            }
            Err(error) => Err(entry.refuse(Problem::of_sign_up(error, &sign_up.policy()))),
        }
    }

    /// Sign in
    ///
    /// Opens a session for whoever knows the password. A session that the request came with ends. A wrong password and
    /// an unknown user are answered alike.
    #[oai(path = "/api/login", method = "post", operation_id = "logIn", tag = "Tag::Accounts")]
    async fn log_in(&self, request: &Request, body: Submission<LogInFields>) -> Result<SignedIn<200>, Problem> {
        let entry = Entry::read(&self.0, request, FormName::LogIn, body).await?;
        match self.0.services.log_in.run(&entry.credentials, &entry.presented, &entry.client, &entry.devices).await {
            Ok(opened) => {
                let user = &opened.valid.user.id;
                self.0.metrics.audit.note(AuditEvent::LogIn, Some(user));
                if opened.rehashed {
                    self.0.metrics.audit.note(AuditEvent::Rehash, Some(user));
                }
                Ok(entry.admit(&self.0, &opened))
            }
            Err(error) => {
                if let LogInError::IncorrectCredentials { account } = &error {
                    self.0.metrics.audit.note(AuditEvent::LogInFailed, account.as_ref());
                }
                Err(entry.refuse(Problem::of_log_in(error)))
            }
        }
    }

    /// Sign out
    ///
    /// Ends the session in the store and blanks the cookie.
    #[oai(path = "/api/logout", method = "post", operation_id = "logOut", tag = "Tag::Accounts")]
    async fn log_out(
        &self,
        request: &Request,
        credential: Credential<'_>,
        body: Submission<Option<NoFields>>,
    ) -> Result<Done, Problem> {
        let signed_in = self.0.require_session(credential).await?;
        body.read().await?;
        if !self.0.services.log_out.run(&credential.tokens(&self.0.cookie)).await? {
            return Err(Problem::new(ProblemKind::Unauthenticated));
        }
        self.0.note(AuditEvent::LogOut, &signed_in);
        Ok(Done::new(ResponseMode::of(request), "/login", Some(self.0.cookie.blank())))
    }

    /// Change the password
    ///
    /// Needs the present password. Every session ends, and a new one is opened; the answer is that of a login.
    #[oai(path = "/api/password", method = "post", operation_id = "changePassword", tag = "Tag::Accounts")]
    async fn change_password(
        &self,
        request: &Request,
        credential: Credential<'_>,
        body: Submission<ChangePasswordFields>,
    ) -> Result<SignedIn<200>, Problem> {
        let client = self.0.admitted_client(request, Attempt::Password).await?;
        let signed_in = self.0.require_session(credential).await?;
        let fields = body.read().await?;
        let kept_by_header = credential.bearer().is_some();
        let default = if kept_by_header { Transport::Bearer } else { Transport::Cookie };
        let transport = Transport::read(&fields)?.unwrap_or(default);
        let pair =
            PasswordPair { current: fields.text("currentPassword").cloned(), new: fields.text("newPassword").cloned() };
        let change_password = &self.0.services.change_password;
        let devices = self.0.devices(request, &transport);
        match change_password.run(&signed_in.user, &pair, &client, &devices).await {
            Ok(opened) => {
                self.0.note(AuditEvent::PasswordChanged, &signed_in);
                Ok(admit(&self.0, &opened, transport, ResponseMode::of(request), None))
            }
            Err(error) => {
                let form = match &error {
                    ChangePasswordError::InvalidNew(_) => AccountForm::NewPassword,
                    _ => AccountForm::CurrentPassword,
                };
                if matches!(error, ChangePasswordError::Incorrect) {
                    self.0.note(AuditEvent::PasswordChangeFailed, &signed_in);
                }
                let problem = Problem::of_change_password(error, &change_password.rules());
                let problem = Problem { json_only: matches!(transport, Transport::Bearer), ..problem };
                Err(self.0.on_profile(request, signed_in, form, problem).await)
            }
        }
    }

    /// Download my data
    ///
    /// All that is kept of whoever is signed in, but for what proves who they are: the user, keys, live sessions, and the
    /// last sign-ins. A document that does not end is not all of it.
    #[oai(path = "/api/account/data", method = "get", operation_id = "downloadData", tag = "Tag::Accounts")]
    async fn download_data(&self, credential: Credential<'_>) -> Result<DataFile, Problem> {
        let signed_in = self.0.require_session(credential).await?;
        let file = DataFile::begin(&self.0, &signed_in).await?;
        self.0.note(AuditEvent::DataDownloaded, &signed_in);
        Ok(file)
    }

    /// Delete the account
    ///
    /// Needs the password. Removes the user with all keys and sessions.
    #[oai(path = "/api/account/delete", method = "post", operation_id = "deleteAccount", tag = "Tag::Accounts")]
    async fn delete_account(
        &self,
        request: &Request,
        credential: Credential<'_>,
        body: Submission<DeleteAccountFields>,
    ) -> Result<Done, Problem> {
        let client = self.0.admitted_client(request, Attempt::Password).await?;
        let signed_in = self.0.require_session(credential).await?;
        let fields = body.read().await?;
        let devices = self.0.devices(request, &Transport::Bearer);
        let password = fields.text("password");
        match self.0.services.delete_account.run(&signed_in.user, password, &client, &devices).await {
            Ok(()) => {
                let device_cookie = (!devices.presented.is_empty()).then(|| self.0.device_cookie.blank());
                let cookies = std::iter::once(self.0.cookie.blank()).chain(device_cookie);
                self.0.note(AuditEvent::AccountDeleted, &signed_in);
                Ok(Done::new(ResponseMode::of(request), "/login", cookies))
            }
            Err(error) => {
                if matches!(error, DeleteAccountError::Incorrect) {
                    self.0.note(AuditEvent::AccountDeletionFailed, &signed_in);
                }
                let problem = Problem::of_delete_account(error);
                let problem = Problem { json_only: credential.bearer().is_some(), ..problem };
                Err(self.0.on_profile(request, signed_in, AccountForm::Deletion, problem).await)
            }
        }
    }
}
