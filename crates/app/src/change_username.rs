//! Changing the username: a signed-in user who knows the password takes another name. Id and sessions stay.

use std::sync::Arc;

use doorward_domain::ports::{UpdateUserError, UserStore, UserUpdate, VerifiedKey};
use doorward_domain::{Client, InvalidPassword, InvalidUsername, Password, User, Username};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::password_check::{PasswordCheck, Write, Writing};
use crate::sign_up::SignUpPolicy;
use crate::throttle::Throttle;
use crate::{Fault, TrustedDevices};

/// Gives a user another username.
pub struct ChangeUsername {
    passwords: Arc<PasswordCheck>,
    users: Arc<dyn UserStore>,
    throttle: Arc<Throttle>,
    policy: SignUpPolicy,
}

/// Both fields as a client sent them; `None` where one was missing or was not a string.
#[derive(Clone, Default)]
pub struct NewUsername {
    /// The username that the user wants to have.
    pub username: Option<Zeroizing<String>>,
    /// The password that the user has.
    pub current_password: Option<Zeroizing<String>>,
}

/// The end of the write.
enum Renamed {
    As(User),
    Taken,
}

impl ChangeUsername {
    /// The use case on these ports.
    #[must_use]
    pub fn new(
        passwords: Arc<PasswordCheck>,
        users: Arc<dyn UserStore>,
        throttle: Arc<Throttle>,
        policy: SignUpPolicy,
    ) -> Self {
        Self { passwords, users, throttle, policy }
    }

    /// What a new username must be like.
    #[must_use]
    pub fn policy(&self) -> &SignUpPolicy {
        &self.policy
    }

    /// Gives the user the new username and its key, and gives up the old. With the right password it counts as a sign-up for
    /// the limit of the address, since it tells whether a name is taken.
    ///
    /// # Errors
    /// [`ChangeUsernameError`]; nothing was changed then.
    pub async fn run(
        &self,
        user: &User,
        new: &NewUsername,
        client: &Client,
        devices: &TrustedDevices,
    ) -> Result<User, ChangeUsernameError> {
        let (username, password) = self.parse(new)?;
        let username = &username;
        let write = |verified: VerifiedKey| -> Writing<'_, _> {
            Box::pin(async move {
                if username.key_id() != user.username.key_id() {
                    self.throttle.take_sign_up(client).await?;
                }
                let update = UserUpdate {
                    verified: Some(verified),
                    username: Some(username.clone()),
                    ..UserUpdate::of(user.id.clone())
                };
                match self.users.update(&update).await {
                    Ok(user) => Ok(Write::Done(Renamed::As(user))),
                    Err(UpdateUserError::KeyTaken) => Ok(Write::Done(Renamed::Taken)),
                    Err(UpdateUserError::KeyChanged | UpdateUserError::NoSuchUser) => Ok(Write::KeyChanged),
                    Err(UpdateUserError::Store(error)) => Err(Fault::from(error)),
                }
            })
        };
        let written = self.passwords.as_owner(user, &password, client, devices, write).await?;
        match written.ok_or(ChangeUsernameError::Incorrect)?.0 {
            Renamed::As(user) => Ok(user),
            Renamed::Taken => Err(ChangeUsernameError::UsernameTaken),
        }
    }

    /// Reads both fields. The name must not be the password, as at sign-up.
    fn parse(&self, new: &NewUsername) -> Result<(Username, Password), ChangeUsernameError> {
        let text = new.username.as_ref().map_or("", |text| text.as_str());
        let username =
            Username::parse(text, self.policy.usernames).and_then(|username| self.policy.reserved.check(username));
        let raw = new.current_password.as_ref().ok_or(InvalidPassword::Missing);
        let is_password = |raw: &Zeroizing<String>| {
            Password::parse_new(raw, text, &self.policy.passwords).err() == Some(InvalidPassword::IsUsername)
        };
        let username = match (&username, &raw) {
            (Ok(_), Ok(raw)) if is_password(raw) => Err(InvalidUsername::IsPassword),
            _ => username,
        };
        match (username, raw.and_then(|raw| Password::parse_login(raw))) {
            (Ok(username), Ok(password)) => Ok((username, password)),
            (username, password) => {
                Err(ChangeUsernameError::Invalid { username: username.err(), current: password.err() })
            }
        }
    }
}

/// Why the username stays as it was.
#[derive(Debug, Error)]
pub enum ChangeUsernameError {
    /// The username cannot be chosen, no password can be like this, or both.
    #[error("the username or the current password cannot be like this")]
    Invalid {
        /// The rule that the username breaks.
        username: Option<InvalidUsername>,
        /// The rule that the current password breaks.
        current: Option<InvalidPassword>,
    },
    /// It is not the current password.
    #[error("the current password is not right")]
    Incorrect,
    /// Another user has this username, in this or another spelling.
    #[error("the username is taken")]
    UsernameTaken,
    /// Something behind a port failed, or too much was tried.
    #[error(transparent)]
    Fault(#[from] Fault),
}
