//! Where a form leads after it succeeded, and what the page there says was done.

use crate::texts::Message;

/// Where a form leads if its `next` names no target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Landing {
    /// To the app, or to the profile where the operator names no app.
    Home,
    /// As [`Self::Home`], by way of an offer of recovery codes.
    OfferOfCodes,
    /// To the page that says what was done.
    Notice(Notice),
}

/// What was just done, as the next page says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    PasswordChanged,
    UsernameChanged,
    Recovered,
    PasswordReset,
    SessionRevoked,
    OtherSessionsRevoked,
    SignedOut,
    AccountDeleted,
}

impl Notice {
    const ALL: [Self; 8] = [
        Self::PasswordChanged,
        Self::UsernameChanged,
        Self::Recovered,
        Self::PasswordReset,
        Self::SessionRevoked,
        Self::OtherSessionsRevoked,
        Self::SignedOut,
        Self::AccountDeleted,
    ];

    /// The path of the page that shows it.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::PasswordChanged | Self::UsernameChanged | Self::Recovered | Self::PasswordReset => "/account",
            Self::SessionRevoked | Self::OtherSessionsRevoked => "/account/sessions",
            Self::SignedOut | Self::AccountDeleted => "/login",
        }
    }

    /// Its word in the page's query.
    fn word(self) -> &'static str {
        match self {
            Self::PasswordChanged => "password",
            Self::UsernameChanged => "username",
            Self::Recovered => "recovered",
            Self::PasswordReset => "reset",
            Self::SessionRevoked => "session",
            Self::OtherSessionsRevoked => "other-sessions",
            Self::SignedOut => "signed-out",
            Self::AccountDeleted => "deleted",
        }
    }

    /// What the page says.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::PasswordChanged => Message::new("done-password"),
            Self::UsernameChanged => Message::new("done-username"),
            Self::Recovered => Message::new("done-recovered"),
            Self::PasswordReset => Message::new("done-reset"),
            Self::SessionRevoked => Message::new("done-session"),
            Self::OtherSessionsRevoked => Message::new("done-other-sessions"),
            Self::SignedOut => Message::new("done-signed-out"),
            Self::AccountDeleted => Message::new("done-deleted"),
        }
    }

    /// The page that shows it, told to do so.
    pub(crate) fn location(self) -> String {
        format!("{}?done={}", self.path(), self.word())
    }

    /// The notice of a word in the query of the page with this path. A page shows no notice of another one.
    pub(crate) fn read(path: &str, word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.path() == path && notice.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_its_own_notices_alone() {
        for notice in Notice::ALL {
            assert_eq!(Notice::read(notice.path(), notice.word()), Some(notice));
            assert_eq!(Notice::read("/account/delete", notice.word()), None);
        }
        assert_eq!(Notice::read("/account", "deleted"), None);
    }
}
