//! Who validates sessions of a store, and how they learn that one has ended.

use std::fs::{File, TryLockError};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use doorward_domain::TokenHash;
use sqlx::Postgres;
use tokio::time::sleep;

use crate::connections::Connections;
use crate::postgres::LeaseBook;
use crate::session_cache::{Before, SessionCache};
use crate::session_lease::SessionLease;

/// How long what was read from a file may be believed without asking again.
const LEASE_ON_FILE: Duration = Duration::from_secs(1);

/// Whether this process keeps sessions that it read, and whether others may.
pub(crate) struct Readership {
    cache: OnceLock<SessionCache>,
    others: Others,
}

/// Who else may keep what they read.
enum Others {
    Nobody,
    /// Whoever holds the lock on the database's file keeps what it reads; nobody else does. It is a lock of flock, which
    /// SQLite does not look at. The file stays open for as long as the store: to close it earlier would end the locks
    /// that SQLite has on it (POSIX).
    OnFile(File),
    /// Any number of nodes, and the book says for how long.
    OnServer(LeaseBook),
}

impl Readership {
    /// This process alone can read the store.
    pub(crate) fn alone() -> Self {
        Self { cache: cache_on_file().into(), others: Others::Nobody }
    }

    /// Any process may read the file; the first that asks keeps what it reads.
    pub(crate) fn of_file(file: File) -> Self {
        match file.try_lock() {
            Ok(()) => Self { cache: cache_on_file().into(), others: Others::OnFile(file) },
            Err(TryLockError::WouldBlock) => Self { cache: OnceLock::new(), others: Others::OnFile(file) },
            // A file system without such locks: nobody holds one, and so nobody keeps anything.
            Err(TryLockError::Error(_)) => Self { cache: OnceLock::new(), others: Others::Nobody },
        }
    }

    /// Any node may read what is on the server; this one keeps what it reads where it was given a lease.
    pub(crate) fn of_server(connections: Arc<Connections<Postgres>>, lease: Option<SessionLease>) -> Self {
        let cache = lease.map(|lease| SessionCache::new(lease.duration()));
        let cache = cache.map_or_else(OnceLock::new, OnceLock::from);
        Self { cache, others: Others::OnServer(LeaseBook::new(connections)) }
    }

    /// Where sessions are kept, if they are.
    pub(crate) fn cache(&self) -> Option<&SessionCache> {
        self.cache.get()
    }

    /// Where to keep what is read from now on, if it may be kept.
    pub(crate) async fn keeping(&self) -> Option<(&SessionCache, Before)> {
        let cache = self.cache.get()?;
        let allowed = match &self.others {
            Others::Nobody | Others::OnFile(_) => true,
            Others::OnServer(book) => book.allows(cache.lease()).await,
        };
        allowed.then(|| (cache, cache.before()))
    }

    /// Returns once nobody takes these sessions for what they were.
    pub(crate) async fn learn_of_end(&self, ended: &[TokenHash]) {
        if ended.is_empty() {
            return;
        }
        let cache = self.cache.get();
        if let Some(cache) = cache {
            cache.forget(ended);
        }
        match &self.others {
            Others::OnFile(lock) if cache.is_none() => {
                if lock.try_lock().is_ok() {
                    // Whoever held it is gone, and what they kept as well.
                    self.cache.get_or_init(cache_on_file);
                } else {
                    sleep(LEASE_ON_FILE).await;
                }
            }
            Others::Nobody | Others::OnFile(_) => {}
            Others::OnServer(book) => {
                let longest = book.longest_of_others().await;
                // No two clocks run at the very same rate.
                sleep(longest + longest / 50).await;
            }
        }
    }

    /// Forgets all, before the store is closed, and lets others know.
    pub(crate) async fn withdraw(&self) {
        if let (Others::OnServer(book), Some(cache)) = (&self.others, self.cache.get()) {
            book.withdraw(|| cache.clear()).await;
        }
    }
}

fn cache_on_file() -> SessionCache {
    SessionCache::new(LEASE_ON_FILE)
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
        assert!(start.elapsed() < LEASE_ON_FILE, "nobody to wait for, nothing to wait for");
        second.learn_of_end(&ENDED).await;
        assert!(start.elapsed() >= LEASE_ON_FILE, "the first may have kept it until now");

        drop(first);
        second.learn_of_end(&ENDED).await;
        assert!(second.cache().is_some(), "it is the first now");
        assert!(open().cache().is_none());
    }
}
