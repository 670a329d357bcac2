//! What a failed form leaves behind, so that it can be shown again.

use doorward_app::ValidSession;
use doorward_domain::Timestamp;
use doorward_domain::ports::LiveSession;

/// The form that a problem belongs to.
#[derive(Clone, Debug)]
pub(crate) enum FormEcho {
    /// The page of one form, for whoever is not signed in.
    Entry(EntryEcho),
    /// A form on the profile page.
    Account(AccountForm, Box<AccountView>),
}

/// Which of the forms that let somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormName {
    SignUp,
    LogIn,
    Recover,
}

/// What somebody typed into a form, but for what is secret, to show it again.
#[derive(Clone, Debug)]
pub(crate) struct EntryEcho {
    pub(crate) name: FormName,
    pub(crate) username: String,
    /// Where to go afterwards, already checked.
    pub(crate) next: Option<String>,
}

/// A form on the profile page, down to the field that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountForm {
    /// Changing the password: the present one.
    CurrentPassword,
    /// Changing the password: the new one.
    NewPassword,
    /// Making recovery codes.
    RecoveryCodes,
    /// Deleting the account.
    Deletion,
}

/// What is left of a user's recovery codes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodesView {
    pub(crate) left: usize,
    /// When they were made; `None` where there are none.
    pub(crate) created_at: Option<Timestamp>,
    /// Whether the session was opened a short while ago.
    pub(crate) just_signed_in: bool,
}

impl CodesView {
    /// Whether the session alone makes the first codes.
    pub(crate) fn need_no_password(&self) -> bool {
        self.left == 0 && self.just_signed_in
    }
}

/// What the profile page shows.
#[derive(Clone, Debug)]
pub(crate) struct AccountView {
    pub(crate) signed_in: ValidSession,
    pub(crate) sessions: Vec<LiveSession>,
    pub(crate) codes: CodesView,
}
