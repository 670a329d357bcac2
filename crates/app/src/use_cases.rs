//! All use cases, put together from the ports and the policies.

use std::sync::Arc;

use doorward_domain::ports::{
    AccountRecords, Clock, LinkStore, LoginThrottle, PasswordHasher, RecoveryStore, SessionStore, StoreProbe,
    TokenGenerator, UserStore,
};
use doorward_domain::{SessionPolicy, ThrottleLimits};

use crate::admin;
use crate::change_password::ChangePassword;
use crate::change_username::ChangeUsername;
use crate::delete_account::DeleteAccount;
use crate::download_data::DownloadData;
use crate::issue_recovery_codes::IssueRecoveryCodes;
use crate::links::Links;
use crate::list_sessions::ListSessions;
use crate::log_in::LogIn;
use crate::log_out::LogOut;
use crate::password_check::PasswordCheck;
use crate::recent_sign_ins::RecentSignIns;
use crate::recover_account::RecoverAccount;
use crate::reset_password::ResetPassword;
use crate::revoke_sessions::RevokeSessions;
use crate::session_mint::SessionMint;
use crate::session_uses::SessionUses;
use crate::sign_up::{SignUp, SignUpPolicy};
use crate::sweep::Sweep;
use crate::throttle::Throttle;
use crate::validate_session::ValidateSession;

/// What the use cases need from the outside.
#[derive(Clone)]
pub struct Ports {
    /// Users and keys.
    pub users: Arc<dyn UserStore>,
    /// Sessions.
    pub sessions: Arc<dyn SessionStore>,
    /// Password links and invitations.
    pub links: Arc<dyn LinkStore>,
    /// Recovery codes.
    pub recovery: Arc<dyn RecoveryStore>,
    /// What is kept of a user, page by page.
    pub records: Arc<dyn AccountRecords>,
    /// The buckets of the throttle.
    pub throttle: Arc<dyn LoginThrottle>,
    /// Whether the store answers.
    pub store: Arc<dyn StoreProbe>,
    /// Password hashes.
    pub hasher: Arc<dyn PasswordHasher>,
    /// Tokens, ids and digests.
    pub tokens: Arc<dyn TokenGenerator>,
    /// The current instant.
    pub clock: Arc<dyn Clock>,
}

/// What an operator decides about the use cases.
#[derive(Clone, Debug)]
pub struct Policies {
    /// How long sessions live, and how many a user may have.
    pub sessions: SessionPolicy,
    /// Who may sign up, and with what.
    pub sign_up: SignUpPolicy,
    /// The limits of attempts; `None` where there are none.
    pub throttle: Option<ThrottleLimits>,
}

/// The use cases of people.
pub struct UseCases {
    /// Creates a user and signs them in.
    pub sign_up: SignUp,
    /// Signs a user in.
    pub log_in: LogIn,
    /// Signs a user out.
    pub log_out: LogOut,
    /// Validates a session.
    pub validate_session: ValidateSession,
    /// When sessions were last used.
    pub session_uses: Arc<SessionUses>,
    /// Lists a user's sessions.
    pub list_sessions: ListSessions,
    /// Lists a user's latest sign-ins.
    pub recent_sign_ins: RecentSignIns,
    /// Revokes sessions.
    pub revoke_sessions: RevokeSessions,
    /// Changes a user's password.
    pub change_password: ChangePassword,
    /// Changes a user's name.
    pub change_username: ChangeUsername,
    /// Changes a user's password by a link of an operator.
    pub reset_password: ResetPassword,
    /// Finds links by their codes.
    pub links: Arc<Links>,
    /// Creates recovery codes.
    pub issue_recovery_codes: IssueRecoveryCodes,
    /// Lets a user back in by a recovery code.
    pub recover_account: RecoverAccount,
    /// Deletes a user.
    pub delete_account: DeleteAccount,
    /// Reads all that is kept of a user.
    pub download_data: DownloadData,
    /// Limits attempts.
    pub throttle: Arc<Throttle>,
    /// Tells whether the store answers.
    pub store: Arc<dyn StoreProbe>,
}

impl UseCases {
    /// The use cases on these ports.
    #[must_use]
    pub fn new(ports: &Ports, policies: &Policies) -> Self {
        let Ports { users, sessions, recovery, records, hasher, tokens, clock, store, links: link_store, .. } =
            ports.clone();
        let Policies { sessions: lifetimes, ref sign_up, .. } = *policies;
        let rules = &sign_up.passwords;
        let Shared { mint, uses, throttle, passwords, links } = Shared::new(ports, policies);
        Self {
            sign_up: SignUp::new(
                users.clone(),
                links.clone(),
                hasher.clone(),
                throttle.clone(),
                mint.clone(),
                sign_up.clone(),
            ),
            log_in: LogIn::new(passwords.clone(), sessions.clone(), mint.clone(), sign_up.usernames),
            log_out: LogOut::new(sessions.clone(), tokens.clone()),
            list_sessions: ListSessions::new(sessions.clone(), clock.clone(), lifetimes),
            revoke_sessions: RevokeSessions::new(sessions.clone()),
            validate_session: ValidateSession::new(sessions, tokens.clone(), clock.clone(), lifetimes, uses.clone()),
            session_uses: uses,
            recent_sign_ins: RecentSignIns::new(records.clone(), clock.clone()),
            change_password: ChangePassword::new(passwords.clone(), users.clone(), mint.clone(), rules.clone()),
            change_username: ChangeUsername::new(passwords.clone(), users.clone(), throttle.clone(), sign_up.clone()),
            reset_password: ResetPassword::new(
                links.clone(),
                link_store,
                hasher.clone(),
                throttle.clone(),
                mint.clone(),
                rules.clone(),
            ),
            links,
            issue_recovery_codes: IssueRecoveryCodes::new(
                passwords.clone(),
                users.clone(),
                recovery.clone(),
                tokens.clone(),
                mint.clone(),
            ),
            recover_account: RecoverAccount::new(
                users.clone(),
                recovery,
                hasher,
                throttle.clone(),
                tokens,
                mint,
                sign_up.clone(),
            ),
            delete_account: DeleteAccount::new(passwords, users),
            download_data: DownloadData::new(records, clock, lifetimes),
            throttle,
            store,
        }
    }
}

/// What several use cases of people work with.
struct Shared {
    mint: Arc<SessionMint>,
    uses: Arc<SessionUses>,
    throttle: Arc<Throttle>,
    passwords: Arc<PasswordCheck>,
    links: Arc<Links>,
}

impl Shared {
    fn new(ports: &Ports, policies: &Policies) -> Self {
        let Ports { users, sessions, links, throttle, hasher, tokens, clock, .. } = ports.clone();
        let throttle = Arc::new(Throttle::new(throttle, tokens.clone(), clock.clone(), policies.throttle));
        Self {
            mint: mint(ports, policies),
            uses: Arc::new(SessionUses::new(sessions)),
            passwords: Arc::new(PasswordCheck::new(users, hasher, throttle.clone())),
            links: Arc::new(Links::new(links, tokens, throttle.clone(), clock)),
            throttle,
        }
    }
}

/// The services of operators.
pub struct Admin {
    /// Users.
    pub users: admin::Users,
    /// Keys.
    pub keys: admin::Keys,
    /// Sessions.
    pub sessions: admin::Sessions,
    /// Password links and invitations.
    pub links: admin::Links,
    /// The throttle.
    pub throttle: admin::ThrottleReset,
    /// Removes what has expired.
    pub sweep: Sweep,
}

impl Admin {
    /// The services on these ports.
    #[must_use]
    pub fn new(ports: &Ports, policies: &Policies) -> Self {
        let Ports { users, sessions, links, records, throttle, hasher, tokens, clock, .. } = ports.clone();
        let Policies { sessions: session_policy, ref sign_up, throttle: limits } = *policies;
        Self {
            users: admin::Users::new(users.clone(), hasher.clone(), tokens.clone(), clock.clone(), sign_up.clone()),
            links: admin::Links::new(links.clone(), users.clone(), tokens.clone(), clock.clone(), sign_up.usernames),
            throttle: admin::ThrottleReset::new(throttle.clone(), tokens, clock.clone()),
            keys: admin::Keys::new(users.clone(), hasher, clock.clone(), sign_up.passwords.clone()),
            sessions: admin::Sessions::new(
                users,
                sessions.clone(),
                mint(ports, policies),
                clock.clone(),
                session_policy,
            ),
            sweep: Sweep::new(sessions, links, records, throttle, clock, limits.unwrap_or(ThrottleLimits::DEFAULT)),
        }
    }
}

fn mint(ports: &Ports, policies: &Policies) -> Arc<SessionMint> {
    Arc::new(SessionMint::new(ports.tokens.clone(), ports.clock.clone(), policies.sessions))
}
