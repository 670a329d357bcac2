//! The wiring of adapters to ports.

use std::sync::Arc;

use doorward_adapters_crypto::OsTokenGenerator;
use doorward_adapters_sql::Store;
use doorward_app::Ports;
use doorward_domain::ports::{Clock, PasswordHasher};

/// The ports on this store, hasher and clock.
pub(crate) fn ports(store: &Store, hasher: Arc<dyn PasswordHasher>, clock: Arc<dyn Clock>) -> Ports {
    Ports {
        users: store.users(),
        sessions: store.sessions(),
        links: store.links(),
        recovery: store.recovery(),
        records: store.records(),
        throttle: store.throttle(),
        store: store.probe(),
        hasher,
        tokens: Arc::new(OsTokenGenerator),
        clock,
    }
}
