//! Signing up, in and out.

use std::sync::Arc;

use poem::Request;
use poem_openapi::OpenApi;

use super::Tag;
use crate::answer::{SignedIn, SignedOut};
use crate::context::Context;
use crate::credential::Credential;
use crate::entry::Entry;
use crate::form::FormName;
use crate::negotiation::Wants;
use crate::problem::{Problem, ProblemKind};
use crate::submission::Submission;
use crate::wire::{LogInFields, NoFields, SignUpFields};

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
        match sign_up.run(&entry.credentials, entry.presented.as_ref()).await {
            Ok(opened) => {
                tracing::info!(target: "doorward::audit", event = "sign_up", user_id = opened.valid.user.id.as_str());
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
        match self.0.services.log_in.run(&entry.credentials, entry.presented.as_ref()).await {
            Ok(opened) => {
                tracing::info!(target: "doorward::audit", event = "log_in", user_id = opened.valid.user.id.as_str());
                Ok(entry.admit(&self.0, &opened))
            }
            Err(error) => Err(entry.refuse(Problem::of_log_in(error))),
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
    ) -> Result<SignedOut, Problem> {
        let signed_in = self.0.require_session(credential).await?;
        body.read().await?;
        if !self.0.services.log_out.run(&signed_in).await? {
            return Err(Problem::new(ProblemKind::Unauthenticated));
        }
        tracing::info!(target: "doorward::audit", event = "log_out", user_id = signed_in.user.id.as_str());
        let cookie = self.0.cookie.blank();
        Ok(match Wants::of(request) {
            Wants::Json => SignedOut::Done { cookie },
            Wants::Page | Wants::Seed => SignedOut::Redirect { location: "/login", cookie },
        })
    }
}
