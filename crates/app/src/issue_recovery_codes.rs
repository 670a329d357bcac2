//! Creating recovery codes: a signed-in user who proves the password gets ten new ones, which replace the old ones.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::ports::{
    CodeReplacement, RandomnessError, RecoveryStore, ReplaceCodesError, TokenGenerator, UnusedCode, UserStore,
    VerifiedKey,
};
use doorward_domain::{Client, InvalidPassword, OneTimeCode, Password, Timestamp, User, UserId};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::password_check::{PasswordCheck, Write, Writing};
use crate::{Fault, SessionMint, TrustedDevices, ValidSession};

/// Gives a user new recovery codes, and tells how many of the last ones are left.
pub struct IssueRecoveryCodes {
    passwords: Arc<PasswordCheck>,
    users: Arc<dyn UserStore>,
    recovery: Arc<dyn RecoveryStore>,
    tokens: Arc<dyn TokenGenerator>,
    mint: Arc<SessionMint>,
}

/// New codes, in the only place where they are ever seen.
#[derive(Debug)]
pub struct IssuedCodes {
    /// The codes.
    pub codes: Vec<OneTimeCode>,
    /// When they were made.
    pub created_at: Timestamp,
}

impl IssueRecoveryCodes {
    /// For how long after the sign-up its session is proof enough to make the first codes. A user who binds another way into
    /// the account must prove who they are (OWASP ASVS 5.0, 7.5.1; NIST SP 800-63B-4, 4.1.2). A person who has just chosen
    /// the password need not type it again. Every later session may be a thief's, whose codes would replace the password.
    pub const FRESH: Duration = Duration::from_mins(10);

    /// The use case on these ports.
    #[must_use]
    pub fn new(
        passwords: Arc<PasswordCheck>,
        users: Arc<dyn UserStore>,
        recovery: Arc<dyn RecoveryStore>,
        tokens: Arc<dyn TokenGenerator>,
        mint: Arc<SessionMint>,
    ) -> Self {
        Self { passwords, users, recovery, tokens, mint }
    }

    /// The codes of the user that were not used yet.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn unused(&self, user: &UserId) -> Result<Vec<UnusedCode>, Fault> {
        Ok(self.recovery.unused_codes(user).await?)
    }

    /// Whether this is the session of a sign-up less than [`Self::FRESH`] ago, whose first codes need no password. A sign-up
    /// creates user and session at one instant, before any login.
    #[must_use]
    pub fn is_fresh(&self, signed_in: &ValidSession) -> bool {
        let ValidSession { session, user, .. } = signed_in;
        let (opened, now) = (session.created_at, self.mint.now());
        // An instant to come was written by a clock that was ahead.
        opened == user.created_at && opened <= now && now.since(opened) < Self::FRESH
    }

    /// Makes ten codes in place of all that the user has. The password is as a client sent it; it may be left out where
    /// the user has no codes and the session [is fresh](Self::is_fresh).
    ///
    /// # Errors
    /// [`IssueRecoveryCodesError`]; the user's codes are what they were then.
    pub async fn run(
        &self,
        signed_in: &ValidSession,
        password: Option<&Zeroizing<String>>,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<IssuedCodes, IssueRecoveryCodesError> {
        match password {
            Some(password) => {
                self.by_password(&signed_in.user, &Password::parse_login(password)?, client, devices).await
            }
            None if self.is_fresh(signed_in) => self.first(&signed_in.user).await,
            None => Err(IssueRecoveryCodesError::PasswordNeeded),
        }
    }

    async fn by_password(
        &self,
        user: &User,
        password: &Password,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<IssuedCodes, IssueRecoveryCodesError> {
        let write = |verified| -> Writing<'_, _> {
            Box::pin(async move {
                let seen = self.recovery.unused_codes(&user.id).await?;
                match self.replace(&user.id, verified, &seen).await {
                    Ok(codes) => Ok(Write::Done(codes)),
                    Err(ReplaceError::KeyChanged) => Ok(Write::KeyChanged),
                    // Tried again, it would replace codes that another request is showing right now.
                    Err(ReplaceError::CodesChanged) => Err(Fault::Unavailable(CODES_CHANGED.into())),
                    Err(ReplaceError::Fault(fault)) => Err(fault),
                }
            })
        };
        let written = self.passwords.as_owner(user, password, client, devices, write).await?;
        written.map(|(codes, _)| codes).ok_or(IssueRecoveryCodesError::Incorrect)
    }

    /// Makes the first codes, by the session alone.
    async fn first(&self, user: &User) -> Result<IssuedCodes, IssueRecoveryCodesError> {
        let found = self.users.find_by_key(&user.username.key_id()).await?;
        let key = found.filter(|(_, owner)| owner.id == user.id).map(|(key, _)| key);
        let key = key.and_then(|key| Some(VerifiedKey { id: key.id, hash: key.password_hash?, rehashed: None }));
        let (Some(key), true) = (key, self.recovery.unused_codes(&user.id).await?.is_empty()) else {
            return Err(IssueRecoveryCodesError::PasswordNeeded);
        };
        match self.replace(&user.id, key, &[]).await {
            Err(ReplaceError::KeyChanged | ReplaceError::CodesChanged) => Err(IssueRecoveryCodesError::PasswordNeeded),
            Err(ReplaceError::Fault(fault)) => Err(fault.into()),
            Ok(codes) => Ok(codes),
        }
    }

    async fn replace(&self, user: &UserId, key: VerifiedKey, seen: &[UnusedCode]) -> Result<IssuedCodes, ReplaceError> {
        let codes: Vec<_> = (0..OneTimeCode::RECOVERY_CODES)
            .map(|_| self.tokens.one_time_code())
            .collect::<Result<_, RandomnessError>>()?;
        let replacement = CodeReplacement {
            user_id: user.clone(),
            key,
            seen: seen.iter().map(|code| code.hash).collect(),
            codes: codes.iter().map(|code| self.tokens.recovery_code_hash(user, code)).collect(),
            created_at: self.mint.now(),
        };
        self.recovery.replace_codes(&replacement).await?;
        Ok(IssuedCodes { codes, created_at: replacement.created_at })
    }
}

const CODES_CHANGED: &str = "the recovery codes changed while new ones were made";

/// Why no codes were replaced, before it is known what to tell whom.
enum ReplaceError {
    KeyChanged,
    CodesChanged,
    Fault(Fault),
}

impl From<ReplaceCodesError> for ReplaceError {
    fn from(error: ReplaceCodesError) -> Self {
        match error {
            ReplaceCodesError::KeyChanged => Self::KeyChanged,
            ReplaceCodesError::CodesChanged => Self::CodesChanged,
            ReplaceCodesError::Store(error) => Self::Fault(error.into()),
        }
    }
}

impl From<RandomnessError> for ReplaceError {
    fn from(error: RandomnessError) -> Self {
        Self::Fault(error.into())
    }
}

/// Why there are no new codes.
#[derive(Debug, Error)]
pub enum IssueRecoveryCodesError {
    /// No password can be like this.
    #[error(transparent)]
    InvalidPassword(#[from] InvalidPassword),
    /// The password was left out where it may not be.
    #[error("the password is needed to make recovery codes")]
    PasswordNeeded,
    /// It is not the password.
    #[error("the password is not right")]
    Incorrect,
    /// Something behind a port failed, or too much was tried.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<doorward_domain::ports::StoreError> for IssueRecoveryCodesError {
    fn from(error: doorward_domain::ports::StoreError) -> Self {
        Self::Fault(error.into())
    }
}

#[cfg(test)]
mod tests {
    use doorward_domain::RecoveryCodeHash;
    use doorward_domain::ports::{MockPasswordHasher, MockRecoveryStore, MockUserStore, StoreError, Verdict};

    use super::*;
    use crate::password_check::Guess;
    use crate::test_support::{
        NOW, cause, checks, client, code_hash, knows_alice, mint, mint_from, numbered_code, passwords,
        session_opened_at, tokens, unbounded, user,
    };

    /// The session of a sign-up.
    fn signed_in(ago: Duration) -> ValidSession {
        let user = User { created_at: NOW.minus(ago), ..user("Alice") };
        ValidSession { session: session_opened_at(NOW.minus(ago)), user, fresh: false }
    }

    fn has(codes: &'static [u8]) -> MockRecoveryStore {
        let mut recovery = MockRecoveryStore::new();
        recovery
            .expect_unused_codes()
            .withf(|id| *id == user("Alice").id)
            .returning(|_| Ok(codes.iter().map(|code| unused(*code)).collect()));
        recovery
    }

    fn unused(byte: u8) -> UnusedCode {
        UnusedCode { hash: RecoveryCodeHash::restore([byte; 32]), created_at: NOW }
    }

    async fn issue(
        recovery: MockRecoveryStore,
        opened: Duration,
        password: Option<(&str, Verdict)>,
    ) -> Result<IssuedCodes, IssueRecoveryCodesError> {
        let hasher = password.map_or_else(MockPasswordHasher::new, |(typed, verdict)| checks(typed, verdict));
        let passwords = passwords(knows_alice(), hasher, unbounded());
        let (users, tokens) = (Arc::new(knows_alice()), Arc::new(tokens()));
        let issue = IssueRecoveryCodes::new(passwords, users, Arc::new(recovery), tokens, mint());
        let password = password.map(|(text, _)| Zeroizing::new(text.to_owned()));
        issue.run(&signed_in(opened), password.as_ref(), &client(), &TrustedDevices::default()).await
    }

    const LONG_AGO: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn the_right_password_replaces_what_was_seen_by_ten_codes() {
        let mut recovery = has(&[1, 2, 3]);
        recovery
            .expect_replace_codes()
            .withf(|replacement| {
                replacement.user_id == user("Alice").id
                    && replacement.key.hash.expose() == "stored hash"
                    && replacement.seen == [1, 2, 3].map(|code| unused(code).hash)
                    && replacement.codes
                        == (0..10).map(|n| code_hash(&user("Alice").id, &numbered_code(n))).collect::<Vec<_>>()
                    && replacement.created_at == NOW
            })
            .times(1)
            .returning(|_| Ok(()));
        let issued = issue(recovery, LONG_AGO, Some(("correct horse", Verdict::Right))).await.expect("codes");
        assert_eq!(issued.created_at, NOW);
        let shown: Vec<String> = issued.codes.iter().map(|code| code.expose().to_owned()).collect();
        assert_eq!(shown, (0..10).map(|n| numbered_code(n).expose().to_owned()).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn the_first_codes_of_a_fresh_session_need_no_password() {
        let mut recovery = has(&[]);
        recovery
            .expect_replace_codes()
            .withf(|replacement| replacement.seen.is_empty() && replacement.key.hash.expose() == "stored hash")
            .times(1)
            .returning(|_| Ok(()));
        let almost = IssueRecoveryCodes::FRESH.saturating_sub(Duration::from_millis(1));
        assert_eq!(issue(recovery, almost, None).await.expect("codes").codes.len(), 10);
    }

    #[tokio::test]
    async fn a_session_of_a_login_makes_no_codes_without_the_password() {
        let login = ValidSession { session: session_opened_at(NOW), ..signed_in(Duration::from_secs(1)) };
        let passwords = passwords(MockUserStore::new(), MockPasswordHasher::new(), unbounded());
        let (users, recovery) = (Arc::new(MockUserStore::new()), Arc::new(MockRecoveryStore::new()));
        let issue = IssueRecoveryCodes::new(passwords, users, recovery, Arc::new(tokens()), mint());
        let to_come = NOW.plus(Duration::from_millis(1));
        let of_a_clock_ahead = ValidSession {
            session: session_opened_at(to_come),
            user: User { created_at: to_come, ..user("Alice") },
            fresh: false,
        };
        for session in [login, of_a_clock_ahead] {
            let refused = issue.run(&session, None, &client(), &TrustedDevices::default()).await;
            assert!(matches!(refused, Err(IssueRecoveryCodesError::PasswordNeeded)), "{refused:?}");
        }
    }

    #[tokio::test]
    async fn without_a_password_an_older_session_or_codes_that_are_there_change_nothing() {
        let older = issue(MockRecoveryStore::new(), IssueRecoveryCodes::FRESH, None).await;
        assert!(matches!(older, Err(IssueRecoveryCodesError::PasswordNeeded)), "{older:?}");
        let there = issue(has(&[1]), Duration::ZERO, None).await;
        assert!(matches!(there, Err(IssueRecoveryCodesError::PasswordNeeded)), "{there:?}");
        for changed in [ReplaceCodesError::KeyChanged, ReplaceCodesError::CodesChanged] {
            let mut recovery = has(&[]);
            let mut changed = Some(changed);
            recovery.expect_replace_codes().times(1).returning(move |_| Err(changed.take().expect("one call")));
            let late = issue(recovery, Duration::ZERO, None).await;
            assert!(matches!(late, Err(IssueRecoveryCodesError::PasswordNeeded)), "{late:?}");
        }
    }

    #[tokio::test]
    async fn a_wrong_or_empty_password_changes_nothing() {
        let wrong = issue(MockRecoveryStore::new(), Duration::ZERO, Some(("wrong horse", Verdict::Wrong))).await;
        assert!(matches!(wrong, Err(IssueRecoveryCodesError::Incorrect)), "{wrong:?}");
        let empty = issue(MockRecoveryStore::new(), Duration::ZERO, Some(("", Verdict::Right))).await;
        assert!(matches!(empty, Err(IssueRecoveryCodesError::InvalidPassword(_))), "{empty:?}");
    }

    #[tokio::test]
    async fn a_key_that_changed_is_checked_again_and_codes_that_changed_are_left() {
        let mut recovery = has(&[1]);
        recovery.expect_replace_codes().times(Guess::CHECKS).returning(|_| Err(ReplaceCodesError::KeyChanged));
        let failed = issue(recovery, LONG_AGO, Some(("correct horse", Verdict::Right))).await;
        assert!(matches!(failed, Err(IssueRecoveryCodesError::Fault(Fault::Unavailable(_)))), "{failed:?}");

        let mut recovery = has(&[1]);
        recovery.expect_replace_codes().times(1).returning(|_| Err(ReplaceCodesError::CodesChanged));
        let failed = issue(recovery, LONG_AGO, Some(("correct horse", Verdict::Right))).await;
        assert!(matches!(failed, Err(IssueRecoveryCodesError::Fault(Fault::Unavailable(_)))), "{failed:?}");
    }

    #[tokio::test]
    async fn a_store_that_fails_and_a_system_without_randomness_are_faults() {
        let mut recovery = has(&[]);
        recovery.expect_replace_codes().returning(|_| Err(StoreError::Corrupt(cause()).into()));
        let failed = issue(recovery, Duration::ZERO, None).await;
        assert!(matches!(failed, Err(IssueRecoveryCodesError::Fault(Fault::Unforeseen(_)))), "{failed:?}");

        let mut tokens = doorward_domain::ports::MockTokenGenerator::new();
        tokens.expect_one_time_code().returning(|| Err(RandomnessError(cause())));
        let passwords = passwords(MockUserStore::new(), MockPasswordHasher::new(), unbounded());
        let (users, recovery) = (Arc::new(knows_alice()), Arc::new(has(&[])));
        let mint = mint_from(crate::test_support::tokens());
        let issue = IssueRecoveryCodes::new(passwords, users, recovery, Arc::new(tokens), mint);
        let failed = issue.run(&signed_in(Duration::ZERO), None, &client(), &TrustedDevices::default()).await;
        assert!(matches!(failed, Err(IssueRecoveryCodesError::Fault(Fault::Unforeseen(_)))), "{failed:?}");
    }
}
