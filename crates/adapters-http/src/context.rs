//! What every operation and page needs: the use cases, the operator's settings, and the session of a request.

use std::sync::Arc;

use doorward_app::{UseCases, ValidSession};
use doorward_domain::{Client, SessionToken};
use poem::Request;

use crate::audit::AuditEvent;
use crate::metrics::HttpMetrics;
use crate::request::client;
use crate::request::cookie::{DeviceCookie, SessionCookie};
use crate::request::credential::Credential;
use crate::request::return_to;
use crate::response::problem::{Problem, ProblemKind};
use crate::settings::HttpSettings;

/// How many tokens of one request are validated.
pub(crate) const MAX_CANDIDATES: usize = 4;

/// What every operation and page needs.
pub(crate) struct Context {
    pub(crate) use_cases: UseCases,
    pub(crate) settings: HttpSettings,
    pub(crate) session_cookie: SessionCookie,
    pub(crate) device_cookie: DeviceCookie,
    pub(crate) metrics: Arc<HttpMetrics>,
}

impl Context {
    pub(crate) fn new(use_cases: UseCases, settings: HttpSettings, metrics: Arc<HttpMetrics>) -> Self {
        let is_https = settings.public_origin.is_https();
        let session_cookie = SessionCookie::new(settings.cookie.clone(), is_https);
        let device_cookie = DeviceCookie::new(settings.cookie.clone(), is_https);
        Self { use_cases, settings, session_cookie, device_cookie, metrics }
    }

    /// Where a sign-in leads without `next`: the app, or the profile.
    pub(crate) fn home(&self) -> &str {
        self.settings.app.as_ref().map_or("/", |app| &app.location)
    }

    /// The client that sent a request.
    pub(crate) fn client(&self, request: &Request) -> Client {
        client::of(request, &self.settings.trusted_proxies)
    }

    /// The live session that a credential proves; `None` where it proves none, or sessions of several users.
    pub(crate) async fn session(&self, credential: Credential<'_>) -> Result<Option<ValidSession>, Problem> {
        self.session_of(credential, &credential.tokens(&self.session_cookie)).await
    }

    /// As [`Self::session`], for a credential that another app may have set: a bearer token that proves no session is that
    /// app's own, and the cookie counts.
    pub(crate) async fn session_behind_proxy(
        &self,
        credential: Credential<'_>,
    ) -> Result<Option<ValidSession>, Problem> {
        match self.session(credential).await? {
            None if credential.bearer().is_some() => {
                self.session_of(credential, &credential.cookie_tokens(&self.session_cookie)).await
            }
            session => Ok(session),
        }
    }

    /// The one session that these tokens prove. Tokens of two users prove none: a subdomain can plant a cookie beside the
    /// right one, and nothing tells the two apart.
    async fn session_of(
        &self,
        credential: Credential<'_>,
        tokens: &[SessionToken],
    ) -> Result<Option<ValidSession>, Problem> {
        let mut counted: Option<(&SessionToken, ValidSession)> = None;
        for token in tokens.iter().take(MAX_CANDIDATES) {
            let Some(session) = self.use_cases.validate_session.run(token).await? else { continue };
            match &counted {
                None => counted = Some((token, session)),
                Some((_, first)) if first.user.id != session.user.id => return Ok(None),
                Some(_) => {}
            }
        }
        let Some((token, session)) = counted else { return Ok(None) };
        let is_in_cookie = |own: &SessionToken| own.expose() == token.expose();
        if session.fresh && credential.cookie_tokens(&self.session_cookie).iter().any(is_in_cookie) {
            credential.set_cookie_again(token, session.session.last_used_at);
        }
        Ok(Some(session))
    }

    /// The live sessions among the first tokens.
    pub(crate) async fn live_sessions(&self, tokens: &[SessionToken]) -> Result<Vec<ValidSession>, Problem> {
        let mut sessions = Vec::new();
        for token in tokens.iter().take(MAX_CANDIDATES) {
            sessions.extend(self.use_cases.validate_session.run(token).await?);
        }
        Ok(sessions)
    }

    /// The live session that a credential proves.
    ///
    /// # Errors
    /// `unauthenticated` where it proves none.
    pub(crate) async fn require_session(&self, credential: Credential<'_>) -> Result<ValidSession, Problem> {
        self.session(credential).await?.ok_or(Problem::new(ProblemKind::Unauthenticated))
    }

    /// The `Location` that a `next` becomes, where it is an allowed target.
    pub(crate) fn return_target(&self, next: &str) -> Option<String> {
        return_to::location(next, &self.settings.public_origin, &self.settings.return_origins)
    }

    /// Logs and counts an event of a user who is signed in.
    pub(crate) fn note(&self, event: AuditEvent, session: &ValidSession) {
        self.metrics.audit.note(event, Some(&session.user.id));
    }
}
