//! Who validates sessions of a store, and how they learn that one has ended.

use std::fs::{File, TryLockError};
use std::sync::OnceLock;

use doorward_domain::TokenHash;

use crate::session_cache::{LEASE, SessionCache};

/// Whether this process keeps sessions that it read, and whether another one may.
pub(crate) struct Readership {
    /// Whoever holds the lock on the database's file keeps what it reads; nobody else does. It is a lock of flock, which
    /// SQLite does not look at. The file stays open for as long as the store: to close it earlier would end the locks
    /// that SQLite has on it (POSIX).
    lock: Option<File>,
    cache: OnceLock<SessionCache>,
}

impl Readership {
    /// Everybody asks the database each time.
    pub(crate) fn without_cache() -> Self {
        Self { lock: None, cache: OnceLock::new() }
    }

    /// This process alone can read the store.
    pub(crate) fn alone() -> Self {
        Self { lock: None, cache: OnceLock::from(SessionCache::new()) }
    }

    /// Any process may read the file; the first that asks keeps what it reads.
    pub(crate) fn of_file(file: File) -> Self {
        match file.try_lock() {
            Ok(()) => Self { lock: Some(file), ..Self::alone() },
            Err(TryLockError::WouldBlock) => Self { lock: Some(file), ..Self::without_cache() },
            // A file system without such locks: nobody holds one, and so nobody keeps anything.
            Err(TryLockError::Error(_)) => Self::without_cache(),
        }
    }

    /// Where sessions are kept, if they are.
    pub(crate) fn cache(&self) -> Option<&SessionCache> {
        self.cache.get()
    }

    /// Returns once nobody takes these sessions for alive any more.
    pub(crate) async fn learn_of_end(&self, ended: &[TokenHash]) {
        if ended.is_empty() {
            return;
        }
        match (self.cache.get(), &self.lock) {
            (Some(cache), _) => cache.forget(ended),
            (None, None) => {}
            (None, Some(lock)) => {
                if lock.try_lock().is_ok() {
                    // Whoever held it is gone, and what they kept as well.
                    self.cache.get_or_init(SessionCache::new);
                } else {
                    tokio::time::sleep(LEASE).await;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    const ENDED: [TokenHash; 1] = [TokenHash::restore([1; 32])];

    #[tokio::test]
    async fn one_of_all_who_have_a_file_open_keeps_what_it_reads_and_the_others_wait_for_it() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let open = || Readership::of_file(file.reopen().expect("a file that opens"));
        let (first, second) = (open(), open());
        assert!(first.cache().is_some() && second.cache().is_none());

        let start = Instant::now();
        first.learn_of_end(&ENDED).await;
        second.learn_of_end(&[]).await;
        assert!(start.elapsed() < LEASE, "nobody to wait for, nothing to wait for");
        second.learn_of_end(&ENDED).await;
        assert!(start.elapsed() >= LEASE, "the first may have kept it until now");

        drop(first);
        second.learn_of_end(&ENDED).await;
        assert!(second.cache().is_some(), "it is the first now");
        assert!(open().cache().is_none());
    }
}
