//! Session lookups from the cache, and from the file where the cache has no answer.

use std::sync::Arc;
use std::time::Instant;

use doorward_domain::ports::StoreError;
use doorward_domain::{Session, TokenHash, User};
use sqlx::Sqlite;

use super::cache_coherence::CacheCoherence;
use crate::lookups::Lookups;
use crate::pools::Pools;
use crate::value::Value::Token;
use crate::{row, statements};

/// Looks sessions up in the cache first.
pub(crate) struct CachedLookups {
    pools: Arc<Pools<Sqlite>>,
    coherence: CacheCoherence,
}

impl CachedLookups {
    pub(super) fn new(pools: Arc<Pools<Sqlite>>, coherence: CacheCoherence) -> Self {
        Self { pools, coherence }
    }

    /// Reads a session and its user from the file, and caches them where this process has a cache.
    async fn read(&self, token: &TokenHash) -> Result<Option<(Session, User)>, StoreError> {
        let cache = self.coherence.cache().map(|cache| (cache, cache.before(Instant::now())));
        let found = self.pools.read(statements::FIND_SESSION, &[Token(token)], row::session_and_user).await?;
        if let (Some((cache, before)), Some((session, user))) = (cache, &found) {
            cache.keep(before, session, user);
        }
        Ok(found)
    }
}

impl Lookups for CachedLookups {
    async fn find(&self, token: &TokenHash) -> Result<Option<(Session, User)>, StoreError> {
        if let Some(found) = self.coherence.cache().and_then(|cache| cache.find(token, Instant::now())) {
            return Ok(Some(found));
        }
        // Boxed, so that an answer from the cache does not carry the room that a query needs.
        Box::pin(self.read(token)).await
    }

    /// A server holds the lock on the file as long as it has the store open.
    fn is_alone(&self) -> bool {
        self.coherence.cache().is_some()
    }

    async fn invalidate(&self, changed: &[TokenHash]) {
        self.coherence.invalidate(changed).await;
    }

    fn invalidate_here(&self, token: &TokenHash) {
        if let Some(cache) = self.coherence.cache() {
            cache.forget(&[*token]);
        }
    }
}
