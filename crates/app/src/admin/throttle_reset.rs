//! The end of a wait that the throttle imposes, as operators grant it.

use std::sync::Arc;

use doorward_domain::ports::{Clock, LoginThrottle, TokenGenerator};
use doorward_domain::{AddressBlock, Client, KeyId, ThrottleKey, ThrottleScope};

use crate::fault::Fault;

/// Lets an account or an address try again at once.
pub struct ThrottleReset {
    store: Arc<dyn LoginThrottle>,
    keys: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
}

impl ThrottleReset {
    /// The service on these ports.
    #[must_use]
    pub fn new(store: Arc<dyn LoginThrottle>, keys: Arc<dyn TokenGenerator>, clock: Arc<dyn Clock>) -> Self {
        Self { store, keys, clock }
    }

    /// Fills the buckets of an account that count attempts from everywhere. Those of whole addresses stay as they are. Returns
    /// whether any of them was not full.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn account(&self, key: &KeyId) -> Result<bool, Fault> {
        let scopes = [ThrottleScope::Account(key.clone()), ThrottleScope::AccountAtNewcomers(key.clone())];
        self.reset(scopes.iter().map(|scope| self.keys.throttle_key(scope)).collect()).await
    }

    /// Fills the buckets of an address, and of the network around it that IPv6 clients share. Returns whether any of
    /// them was not full.
    ///
    /// # Errors
    /// [`Fault`] when the store fails.
    pub async fn address(&self, client: &Client) -> Result<bool, Fault> {
        let scopes = [
            ThrottleScope::Address,
            ThrottleScope::Link,
            ThrottleScope::TrustedDevicesAtAddress,
            ThrottleScope::SignUp,
        ];
        let blocks = AddressBlock::of(client.address).widths().map(|(block, _)| block).collect::<Vec<_>>();
        let keys = scopes.iter().flat_map(|scope| blocks.iter().map(|block| self.keys.throttle_key(&scope(*block))));
        self.reset(keys.collect()).await
    }

    async fn reset(&self, keys: Vec<ThrottleKey>) -> Result<bool, Fault> {
        Ok(self.store.reset(&keys, self.clock.now()).await? > 0)
    }
}
