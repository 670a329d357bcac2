//! What a failed form leaves behind, so that it can be shown again.

/// Which form a problem belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormName {
    SignUp,
    LogIn,
}

/// What somebody typed into a form, but for the password, to show it again.
#[derive(Clone, Debug)]
pub(crate) struct FormEcho {
    pub(crate) name: FormName,
    pub(crate) username: String,
    /// Where to go afterwards, already checked.
    pub(crate) next: Option<String>,
}
