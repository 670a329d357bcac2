//! Minting sessions: the step that signing up, logging in and changing the password share.

use std::num::NonZeroU32;
use std::sync::Arc;

use doorward_domain::ports::{Clock, RandomnessError, TokenGenerator};
use doorward_domain::{Session, SessionPolicy, SessionToken, Timestamp, TokenHash, TrustedDeviceToken, UserId};

use crate::ValidSession;

/// Mints sessions with tokens of their own. A token that a client presented is never given to a session.
pub struct SessionMint {
    tokens: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    policy: SessionPolicy,
}

impl SessionMint {
    /// A mint for sessions that live as the policy says.
    #[must_use]
    pub fn new(tokens: Arc<dyn TokenGenerator>, clock: Arc<dyn Clock>, policy: SessionPolicy) -> Self {
        Self { tokens, clock, policy }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The most sessions that a user may have at once.
    pub(crate) fn most_per_user(&self) -> Option<NonZeroU32> {
        self.policy.per_user
    }

    pub(crate) fn new_user_id(&self) -> Result<UserId, RandomnessError> {
        self.tokens.user_id()
    }

    pub(crate) fn digest(&self, token: &SessionToken) -> TokenHash {
        self.tokens.digest(token)
    }

    /// A new token and the session that it will prove, not yet in any store.
    pub(crate) fn mint(&self, user_id: UserId, now: Timestamp) -> Result<(SessionToken, Session), RandomnessError> {
        let token = self.tokens.session_token()?;
        let session = Session::open(self.tokens.session_id()?, self.digest(&token), user_id, now, &self.policy);
        Ok((token, session))
    }
}

/// A session that was just opened, and the only copy of its token.
#[derive(Debug)]
pub struct OpenedSession {
    /// The credential to hand to the client.
    pub token: SessionToken,
    /// The session and its user.
    pub valid: ValidSession,
    /// Whether the password's hash was made anew on the way.
    pub rehashed: bool,
    /// What the browser is to keep so that it is known next time, in place of what it has; `None` where nothing changes.
    pub devices: Option<Vec<TrustedDeviceToken>>,
}
