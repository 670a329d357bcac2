//! Which of the processes that have a file open may cache the sessions that they read from it, and how the others' changes
//! reach that cache.

use std::fs::{File, TryLockError};
use std::sync::OnceLock;
use std::time::Duration;

use doorward_domain::TokenHash;
use tokio::time::sleep;

use super::session_cache::SessionCache;

/// How long a cached session is served without asking the file again. A command that changes a session beside a running
/// server waits as long before it reports success.
pub(super) const LIFETIME: Duration = Duration::from_secs(1);

/// The cache of this process, where it has one, and the lock that decides who has.
pub(super) struct CacheCoherence {
    cache: OnceLock<SessionCache>,
    /// The process that holds the lock on the database's file caches; no other does. The lock is one of `flock`, which
    /// SQLite does not look at. The file stays open for as long as the store: to close it earlier would end the locks that
    /// SQLite has on it (POSIX). `None` where no other process can read the store, or none can hold a lock.
    file: Option<File>,
}

impl CacheCoherence {
    /// For a store that this process alone can read.
    pub(super) fn alone() -> Self {
        Self { cache: new_cache().into(), file: None }
    }

    /// For a file that any process may read: the first that asks caches what it reads.
    pub(super) fn of_file(file: File) -> Self {
        match file.try_lock() {
            Ok(()) => Self { cache: new_cache().into(), file: Some(file) },
            Err(TryLockError::WouldBlock) => Self { cache: OnceLock::new(), file: Some(file) },
            // A file system without such locks: no process can hold one, so none caches.
            Err(TryLockError::Error(_)) => Self { cache: OnceLock::new(), file: None },
        }
    }

    /// The cache, where this process has one.
    pub(super) fn cache(&self) -> Option<&SessionCache> {
        self.cache.get()
    }

    /// Returns once no process serves these sessions from its cache.
    pub(super) async fn invalidate(&self, changed: &[TokenHash]) {
        if changed.is_empty() {
            return;
        }
        if let Some(cache) = self.cache.get() {
            cache.forget(changed);
        } else if let Some(file) = &self.file {
            if file.try_lock().is_ok() {
                // The process that held the lock is gone, and its cache with it.
                self.cache.get_or_init(new_cache);
            } else {
                sleep(LIFETIME).await;
            }
        }
    }
}

fn new_cache() -> SessionCache {
    SessionCache::new(LIFETIME)
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    const CHANGED: [TokenHash; 1] = [TokenHash::restore([1; 32])];

    #[tokio::test(start_paused = true)]
    async fn one_process_caches_and_the_others_wait_for_its_cache() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let open = || CacheCoherence::of_file(file.reopen().expect("a file that opens"));
        let (first, second) = (open(), open());
        assert!(first.cache().is_some() && second.cache().is_none());

        let start = Instant::now();
        first.invalidate(&CHANGED).await;
        second.invalidate(&[]).await;
        assert_eq!(start.elapsed(), Duration::ZERO, "there is nothing to wait for");
        second.invalidate(&CHANGED).await;
        assert!(start.elapsed() >= LIFETIME, "the first may have served it until now");

        drop(first);
        second.invalidate(&CHANGED).await;
        assert!(second.cache().is_some(), "the second holds the lock now");
        assert!(open().cache().is_none());
    }
}
