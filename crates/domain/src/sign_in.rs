//! Sign-in events: how sessions were opened, kept when the sessions are gone.

use std::time::Duration;

use crate::client::Client;
use crate::ids::SessionId;
use crate::session::Session;
use crate::time::Timestamp;

/// How a user came to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInKind {
    /// They signed up.
    SignUp,
    /// They signed in.
    LogIn,
    /// They changed their password, which revokes every session and opens one.
    PasswordChanged,
    /// They used a recovery code, which revokes every session and opens one.
    Recovered,
    /// They chose a new password by a link that the operator made, which revokes every session and opens one.
    PasswordReset,
    /// The operator, or a program of the operator, opened the session without a key.
    Vouched,
}

impl SignInKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::SignUp, Self::LogIn, Self::PasswordChanged, Self::Recovered, Self::PasswordReset, Self::Vouched];

    /// The word for it, in stores and for programs; it never changes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::LogIn => "log_in",
            Self::PasswordChanged => "password_changed",
            Self::Recovered => "recovered",
            Self::PasswordReset => "password_reset",
            Self::Vouched => "vouched",
        }
    }

    /// The kind that a store calls so; `None` for a word that is none of ours.
    #[must_use]
    pub fn restore(stored: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == stored)
    }
}

/// That a user was given a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInEvent {
    /// The session, which may be gone.
    pub session_id: SessionId,
    /// How.
    pub kind: SignInKind,
    /// When.
    pub at: Timestamp,
    /// The client.
    pub client: Client,
}

impl SignInEvent {
    /// How long sign-ins are kept: as long as a browser stays known after it signed in, so that a user who finds a stranger
    /// among them can go back to where the stranger came from.
    pub const KEPT_FOR: Duration = Duration::from_hours(90 * 24);
    /// The most that are kept of a user, so that a program that signs in every minute fills no store: a person who signs
    /// in every day has all 90 days of them.
    pub const MOST_KEPT: u32 = 100;

    /// The sign-in that opened this session.
    #[must_use]
    pub fn of(session: &Session, client: &Client, kind: SignInKind) -> Self {
        Self { session_id: session.id.clone(), kind, at: session.created_at, client: client.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_word_and_no_other_word_is() {
        for kind in SignInKind::ALL {
            assert_eq!(SignInKind::restore(kind.name()), Some(kind));
        }
        for word in ["", "LOG_IN", "log in", "guess"] {
            assert_eq!(SignInKind::restore(word), None, "{word}");
        }
    }
}
