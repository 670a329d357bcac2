//! Links as commands show them.

use doorward_adapters_http::{Origin, invitation_url, password_link_url};
use doorward_domain::OneTimeCode;

use crate::server::local_origin;
use crate::settings::Settings;

/// Where links lead.
pub(super) struct LinkOrigin {
    origin: Origin,
    is_public: bool,
}

impl LinkOrigin {
    /// The public URL, or the local address where none is set.
    pub(super) fn of(settings: &Settings) -> Self {
        let public = settings.public_origin.clone();
        Self { is_public: public.is_some(), origin: public.unwrap_or_else(|| local_origin(&settings.listen)) }
    }

    /// The URL of a password link.
    pub(super) fn password_link(&self, code: &OneTimeCode) -> String {
        password_link_url(&self.origin, code)
    }

    /// The URL of an invitation.
    pub(super) fn invitation(&self, code: &OneTimeCode) -> String {
        invitation_url(&self.origin, code)
    }

    /// Says that links lead to this machine, where no public URL is set.
    pub(super) fn warn(&self) {
        if !self.is_public {
            let told = "DOORWARD_PUBLIC_URL is not set, so links begin with";
            eprintln!("doorward: warning: {told} {}", self.origin);
        }
    }
}
