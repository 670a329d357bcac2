//! The ports of a store together, so that one object is behind all of them.

use async_trait::async_trait;
use doorward_domain::ports::{
    AccountArchive, AccountRecords, AccountSink, HashSchemeStore, LinkStore, LoginThrottle, RecoveryStore,
    SessionStore, StoreProbe, UserStore,
};

/// A store.
#[async_trait]
pub(crate) trait Backend:
    UserStore
    + SessionStore
    + LinkStore
    + RecoveryStore
    + AccountRecords
    + AccountSink
    + AccountArchive
    + HashSchemeStore
    + LoginThrottle
    + StoreProbe
{
    /// Closes all connections, once the calls under way have ended.
    async fn close(&self);
}
