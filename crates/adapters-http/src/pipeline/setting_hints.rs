//! Warnings that name a setting which a request shows to be missing: once for each origin and each peer.

use std::net::IpAddr;

use poem::Request;

use crate::pipeline::cross_origin;
use crate::pipeline::log_text::shortened;
use crate::pipeline::once_per_key::OncePerKey;
use crate::request::client;
use crate::settings::HttpSettings;

/// The origins and peers that were warned of.
pub(super) struct SettingHints {
    origins: OncePerKey<String>,
    peers: OncePerKey<IpAddr>,
}

impl SettingHints {
    pub(super) fn new() -> Self {
        Self { origins: OncePerKey::new(), peers: OncePerKey::new() }
    }

    /// Warns of the other origin whose preflight or change is refused.
    pub(super) fn refused_origin(&self, request: &Request, settings: &HttpSettings) {
        let Some(origin) = cross_origin::unlisted_origin(request, settings) else { return };
        let (origin, public) = (origin.to_string(), &settings.public_origin);
        let origin = shortened(&origin);
        if self.origins.is_new(origin.to_owned()) {
            tracing::warn!(
                "pages of {origin} are refused: it is not in DOORWARD_TRUSTED_ORIGINS, and DOORWARD_PUBLIC_URL is {public}"
            );
        }
    }

    /// Warns of a peer that forwards requests and is not believed.
    pub(super) fn ignored_forwarding(&self, request: &Request, settings: &HttpSettings) {
        let Some((peer, header)) = client::ignored_forwarding(request, &settings.trusted_proxies) else { return };
        if self.peers.is_new(peer) {
            tracing::warn!(
                "{peer} sends {header}, which is ignored, since {peer} is not in DOORWARD_TRUSTED_PROXIES: if it is a proxy, \
                 all its visitors have its address and share one limit"
            );
        }
    }
}
