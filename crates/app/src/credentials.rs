//! The credentials of a request, as the client sent them.

use doorward_domain::{InvalidPassword, InvalidUsername, Password};
use thiserror::Error;
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
    /// Reads both fields.
    ///
    /// # Errors
    /// All that is wrong with them, so that a form names every wrong field at once.
    pub(crate) fn parse<N>(
        &self,
        username: impl FnOnce(&str) -> Result<N, InvalidUsername>,
        password: impl FnOnce(&str) -> Result<Password, InvalidPassword>,
    ) -> Result<(N, Password), InvalidCredentials> {
        let name = self.username.as_ref().ok_or(InvalidUsername::Missing).and_then(|text| username(text));
        let secret = self.password.as_ref().ok_or(InvalidPassword::Missing).and_then(|text| password(text));
        match (name, secret) {
            (Ok(name), Ok(secret)) => Ok((name, secret)),
            (name, secret) => Err(InvalidCredentials { username: name.err(), password: secret.err() }),
        }
    }
}

/// What is wrong with the fields of a sign-up or a login; at least one of them is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the username or the password cannot be like this")]
pub struct InvalidCredentials {
    /// The rule that the username breaks.
    pub username: Option<InvalidUsername>,
    /// The rule that the password breaks.
    pub password: Option<InvalidPassword>,
}
