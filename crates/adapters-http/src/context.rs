//! What every handler needs: the use cases, the operator's decisions, and the one way to learn who is signed in.

use std::sync::Arc;

use doorward_app::{
    Attempt, ChangePassword, DeleteAccount, DownloadData, IssueRecoveryCodes, ListSessions, LogIn, LogOut,
    RecoverAccount, RevokeSessions, SignUp, Throttle, TrustedDevices, ValidSession, ValidateSession,
};
use doorward_domain::Client;
use doorward_domain::ports::StoreProbe;

use poem::Request;

use crate::audit::AuditEvent;
use crate::form::{AccountForm, AccountView, CodesView, FormEcho};
use crate::metrics::HttpMetrics;
use crate::request::client;
use crate::request::cookie::{DeviceCookie, SessionCookie};
use crate::request::credential::Credential;
use crate::request::response_mode::ResponseMode;
use crate::response::problem::{Problem, ProblemKind};
use crate::response::wire::Transport;
use crate::settings::HttpSettings;

/// The use cases and ports that are served.
pub struct Services {
    /// Sign-up.
    pub sign_up: SignUp,
    /// Login.
    pub log_in: LogIn,
    /// Logout.
    pub log_out: LogOut,
    /// Where is one signed in?
    pub list_sessions: ListSessions,
    /// Ending that.
    pub revoke_sessions: RevokeSessions,
    /// Change of the password.
    pub change_password: ChangePassword,
    /// New recovery codes.
    pub issue_recovery_codes: IssueRecoveryCodes,
    /// The way back in that they open.
    pub recover_account: RecoverAccount,
    /// Deletion of the account.
    pub delete_account: DeleteAccount,
    /// All that is kept of somebody.
    pub download_data: DownloadData,
    /// The bound of guesses.
    pub throttle: Arc<Throttle>,
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
    pub(crate) device_cookie: DeviceCookie,
    pub(crate) metrics: Arc<HttpMetrics>,
}

impl Context {
    pub(crate) fn new(services: Services, settings: HttpSettings, metrics: Arc<HttpMetrics>) -> Self {
        let is_https = settings.public_origin.is_https();
        let cookie = SessionCookie::new(settings.cookie.clone(), is_https);
        let device_cookie = DeviceCookie::new(settings.cookie.clone(), is_https);
        Self { services, settings, cookie, device_cookie, metrics }
    }

    /// Who is on the other end.
    pub(crate) fn client(&self, request: &Request) -> Client {
        client::of(request, &self.settings.trusted_proxies)
    }

    /// The same, unless their address tried too much already: the check that comes before session and body. Whoever shows
    /// that they signed in before, true or not, is counted once it is known as whom.
    pub(crate) async fn admitted_client(&self, request: &Request, attempt: Attempt) -> Result<Client, Problem> {
        let client = self.client(request);
        let is_known_perhaps = attempt == Attempt::Password && !self.device_cookie.tokens(request.headers()).is_empty();
        if !is_known_perhaps {
            self.services.throttle.check_address(attempt, &client).await?;
        }
        Ok(client)
    }

    /// What the browser shows of where it signed in before, and whether it keeps what it is given.
    pub(crate) fn devices(&self, request: &Request, transport: &Transport) -> TrustedDevices {
        let presented = self.device_cookie.tokens(request.headers());
        TrustedDevices { presented, are_kept: matches!(transport, Transport::Cookie) }
    }

    /// Notes for the operator what somebody who is signed in did.
    pub(crate) fn note(&self, event: AuditEvent, signed_in: &ValidSession) {
        self.metrics.audit.note(event, Some(&signed_in.user.id));
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

    /// What the profile page shows to whoever is signed in.
    pub(crate) async fn account_view(&self, signed_in: ValidSession) -> Result<AccountView, Problem> {
        let sessions = self.services.list_sessions.run(&signed_in.user.id).await?;
        let issue_codes = &self.services.issue_recovery_codes;
        let unused = issue_codes.unused(&signed_in.user.id).await?;
        let codes = CodesView {
            left: unused.len(),
            created_at: unused.first().map(|code| code.created_at),
            just_signed_in: issue_codes.is_fresh(&signed_in),
        };
        Ok(AccountView { signed_in, sessions, codes })
    }

    /// Puts a problem on the profile page, beside the form it belongs to, for whoever wants pages.
    pub(crate) async fn on_profile(
        &self,
        request: &Request,
        signed_in: ValidSession,
        form: AccountForm,
        problem: Problem,
    ) -> Problem {
        if problem.json_only || ResponseMode::of(request) != ResponseMode::Page {
            return problem;
        }
        match self.account_view(signed_in).await {
            Ok(view) => Problem { form: Some(FormEcho::Account(form, Box::new(view))), ..problem },
            // What is wrong with the store is worth more than what is wrong with the form.
            Err(fault) => fault,
        }
    }

    /// Who is signed in, where somebody must be.
    pub(crate) async fn require_session(&self, credential: Credential<'_>) -> Result<ValidSession, Problem> {
        self.session(credential).await?.ok_or(Problem::new(ProblemKind::Unauthenticated))
    }
}
