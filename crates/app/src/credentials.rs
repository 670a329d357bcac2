//! The credentials of a request, as the client sent them.

use doorward_domain::{InvalidPassword, InvalidUsername};
use zeroize::Zeroizing;

/// A username and a password as a client sent them; `None` where the field was missing or was not a string.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The field `username`.
    pub username: Option<Zeroizing<String>>,
    /// The field `password`.
    pub password: Option<Zeroizing<String>>,
}

impl Credentials {
    pub(crate) fn username(&self) -> Result<&str, InvalidUsername> {
        self.username.as_ref().map(|text| text.as_str()).ok_or(InvalidUsername::Missing)
    }

    pub(crate) fn password(&self) -> Result<&str, InvalidPassword> {
        self.password.as_ref().map(|text| text.as_str()).ok_or(InvalidPassword::Missing)
    }
}
