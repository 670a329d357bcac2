//! The audit events of accounts: one call logs and counts an event.

use std::sync::atomic::{AtomicU64, Ordering};

use doorward_domain::UserId;

/// A kind of event. A new one needs a variant, a place in [`Self::ALL`] and a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuditEvent {
    SignUp,
    LogIn,
    LogInFailed,
    DisabledAccountRefused,
    Rehash,
    LogOut,
    SessionRevoked,
    OtherSessionsRevoked,
    PasswordChanged,
    PasswordChangeFailed,
    UsernameChanged,
    UsernameChangeFailed,
    RecoveryCodesIssued,
    RecoveryCodesRefused,
    AccountRecovered,
    RecoveryFailed,
    PasswordReset,
    LinkRefused,
    AccountDeleted,
    AccountDeletionFailed,
    DataDownloaded,
    TooManyAttempts,
    CrossOrigin,
    AdminTokenRefused,
    AccountCreated,
    AttributesChanged,
    AccountDisabled,
    AccountEnabled,
    KeyAdded,
    PasswordSet,
    KeyDeleted,
    SessionCreated,
    SessionsRevoked,
    PasswordLinkCreated,
    PasswordLinkRevoked,
    InvitationCreated,
    InvitationRevoked,
}

impl AuditEvent {
    pub(crate) const ALL: [Self; 37] = [
        Self::SignUp,
        Self::LogIn,
        Self::LogInFailed,
        Self::DisabledAccountRefused,
        Self::Rehash,
        Self::LogOut,
        Self::SessionRevoked,
        Self::OtherSessionsRevoked,
        Self::PasswordChanged,
        Self::PasswordChangeFailed,
        Self::UsernameChanged,
        Self::UsernameChangeFailed,
        Self::RecoveryCodesIssued,
        Self::RecoveryCodesRefused,
        Self::AccountRecovered,
        Self::RecoveryFailed,
        Self::PasswordReset,
        Self::LinkRefused,
        Self::AccountDeleted,
        Self::AccountDeletionFailed,
        Self::DataDownloaded,
        Self::TooManyAttempts,
        Self::CrossOrigin,
        Self::AdminTokenRefused,
        Self::AccountCreated,
        Self::AttributesChanged,
        Self::AccountDisabled,
        Self::AccountEnabled,
        Self::KeyAdded,
        Self::PasswordSet,
        Self::KeyDeleted,
        Self::SessionCreated,
        Self::SessionsRevoked,
        Self::PasswordLinkCreated,
        Self::PasswordLinkRevoked,
        Self::InvitationCreated,
        Self::InvitationRevoked,
    ];

    /// The name in the log and in the metrics. It never contains anything that a client sent.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::LogIn => "log_in",
            Self::LogInFailed => "log_in_failed",
            Self::DisabledAccountRefused => "disabled_account_refused",
            Self::Rehash => "rehash",
            Self::LogOut => "log_out",
            Self::SessionRevoked => "session_revoked",
            Self::OtherSessionsRevoked => "other_sessions_revoked",
            Self::PasswordChanged => "password_changed",
            Self::PasswordChangeFailed => "password_change_failed",
            Self::UsernameChanged => "username_changed",
            Self::UsernameChangeFailed => "username_change_failed",
            Self::RecoveryCodesIssued => "recovery_codes_issued",
            Self::RecoveryCodesRefused => "recovery_codes_refused",
            Self::AccountRecovered => "account_recovered",
            Self::RecoveryFailed => "recovery_failed",
            Self::PasswordReset => "password_reset",
            Self::LinkRefused => "link_refused",
            Self::AccountDeleted => "account_deleted",
            Self::AccountDeletionFailed => "account_deletion_failed",
            Self::DataDownloaded => "data_downloaded",
            Self::TooManyAttempts => "too_many_attempts",
            Self::CrossOrigin => "cross_origin",
            Self::AdminTokenRefused => "admin_token_refused",
            Self::AccountCreated => "account_created",
            Self::AttributesChanged => "attributes_changed",
            Self::AccountDisabled => "account_disabled",
            Self::AccountEnabled => "account_enabled",
            Self::KeyAdded => "key_added",
            Self::PasswordSet => "password_set",
            Self::KeyDeleted => "key_deleted",
            Self::SessionCreated => "session_created",
            Self::SessionsRevoked => "sessions_revoked",
            Self::PasswordLinkCreated => "password_link_created",
            Self::PasswordLinkRevoked => "password_link_revoked",
            Self::InvitationCreated => "invitation_created",
            Self::InvitationRevoked => "invitation_revoked",
        }
    }
}

/// The counters of events.
#[derive(Debug)]
pub(crate) struct Audit([AtomicU64; AuditEvent::ALL.len()]);

impl Default for Audit {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; AuditEvent::ALL.len()])
    }
}

impl Audit {
    /// Logs and counts an event, with its user where the user is known.
    pub(crate) fn note(&self, event: AuditEvent, user: Option<&UserId>) {
        self.write(event, user, None);
    }

    /// Logs and counts an event that a program caused, such as `admin:backend`.
    pub(crate) fn note_by(&self, actor: &str, event: AuditEvent, user: Option<&UserId>) {
        self.write(event, user, Some(actor));
    }

    fn write(&self, event: AuditEvent, user: Option<&UserId>, actor: Option<&str>) {
        let place = AuditEvent::ALL.iter().position(|known| *known == event);
        self.0[place.expect("ALL has every event")].fetch_add(1, Ordering::Relaxed);
        tracing::info!(target: "doorward::audit", event = event.name(), user_id = user.map(UserId::as_str), actor);
    }

    /// The count of each kind since the start.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (AuditEvent, u64)> {
        AuditEvent::ALL.into_iter().zip(self.0.iter().map(|count| count.load(Ordering::Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_event_has_its_own_name_and_count() {
        let audit = Audit::default();
        for event in AuditEvent::ALL {
            audit.note(event, None);
            audit.note(event, Some(&UserId::restore("user".into())));
        }
        let counts: Vec<_> = audit.counts().collect();
        assert!(counts.iter().all(|(_, count)| *count == 2), "{counts:?}");
        let names: HashSet<_> = counts.iter().map(|(event, _)| event.name()).collect();
        assert_eq!(names.len(), AuditEvent::ALL.len());
    }
}
