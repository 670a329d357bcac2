//! What every handler needs: the use cases, the operator's decisions, and the one way to learn who is signed in.

use std::sync::Arc;

use doorward_app::{LogIn, LogOut, SignUp, ValidSession, ValidateSession};
use doorward_domain::ports::StoreProbe;

use crate::cookie::SessionCookie;
use crate::credential::Credential;
use crate::problem::{Problem, ProblemKind};
use crate::settings::HttpSettings;

/// The use cases and ports that are served.
pub struct Services {
    /// Sign-up.
    pub sign_up: SignUp,
    /// Login.
    pub log_in: LogIn,
    /// Logout.
    pub log_out: LogOut,
    /// Who is it?
    pub validate_session: ValidateSession,
    /// Whether the store answers.
    pub store: Arc<dyn StoreProbe>,
}

/// What every handler needs.
pub(crate) struct Context {
    pub(crate) services: Services,
    pub(crate) settings: HttpSettings,
    pub(crate) cookie: SessionCookie,
}

impl Context {
    pub(crate) fn new(services: Services, settings: HttpSettings) -> Self {
        let cookie = SessionCookie::new(settings.cookie.clone(), settings.public_origin.is_https());
        Self { services, settings, cookie }
    }

    /// Who is signed in, if anybody.
    pub(crate) async fn session(&self, credential: Credential<'_>) -> Result<Option<ValidSession>, Problem> {
        for token in credential.tokens(&self.cookie) {
            if let Some(signed_in) = self.services.validate_session.run(&token).await? {
                return Ok(Some(signed_in));
            }
        }
        Ok(None)
    }

    /// Who is signed in, where somebody must be.
    pub(crate) async fn require_session(&self, credential: Credential<'_>) -> Result<ValidSession, Problem> {
        self.session(credential).await?.ok_or(Problem::new(ProblemKind::Unauthenticated))
    }
}
