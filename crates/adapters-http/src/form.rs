//! What a failed form leaves behind, so that it can be shown again.

use doorward_app::ValidSession;
use doorward_domain::ports::LiveSession;

/// The form that a problem belongs to.
#[derive(Clone, Debug)]
pub(crate) enum FormEcho {
    /// The page of one form, for whoever is not signed in.
    Entry(EntryEcho),
    /// A form on the profile page.
    Account(AccountForm, Box<AccountView>),
}

/// Which of the two forms that let somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormName {
    SignUp,
    LogIn,
}

/// What somebody typed into a form, but for the password, to show it again.
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
    /// Deleting the account.
    Deletion,
}

/// What the profile page shows.
#[derive(Clone, Debug)]
pub(crate) struct AccountView {
    pub(crate) signed_in: ValidSession,
    pub(crate) sessions: Vec<LiveSession>,
}
