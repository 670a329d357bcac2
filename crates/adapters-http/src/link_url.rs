//! The addresses of links that an operator hands over.

use doorward_domain::OneTimeCode;

use crate::origin::Origin;

/// The address at which the user of a password link chooses a new password.
#[must_use]
pub fn password_link_url(origin: &Origin, code: &OneTimeCode) -> String {
    format!("{origin}/reset/{}", code.expose())
}

/// The address at which a person with an invitation signs up.
#[must_use]
pub fn invitation_url(origin: &Origin, code: &OneTimeCode) -> String {
    format!("{origin}/invite/{}", code.expose())
}
