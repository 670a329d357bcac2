//! Which nodes keep sessions that they read, and for how long: a table in the store, which whoever ends a session looks
//! at, be it a node with another setting or a program that serves nobody (ADR 0018).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use doorward_domain::ports::StoreError;
use sqlx::Postgres;

use super::connect::LIMIT;
use crate::connections::Connections;
use crate::lease::{Lease, fault};
use crate::row::Columns;
use crate::session_lease::SessionLease;
use crate::value::Value::Number;

/// A node's entry counts for five minutes, by the server's clock: so long do others wait for one that was killed. It is
/// prolonged when it is older than [`PROLONG_AFTER`], by the node's clock, or nothing more is kept. What lies between is
/// there for a lease that has just begun, and for a server whose clock is set forward.
macro_rules! until {
    () => {
        "now() + interval '5 minutes'"
    };
}
const PROLONG_AFTER: Duration = Duration::from_mins(1);

/// `$1` lease in milliseconds. Removes what nodes that are gone have left.
const ENTER: &str = concat!(
    "WITH gone AS (DELETE FROM session_leases WHERE ends_at <= now()) \
     INSERT INTO session_leases (millis, ends_at) VALUES ($1, ",
    until!(),
    ") RETURNING id"
);

/// `$1` entry.
const PROLONG: &str = concat!("UPDATE session_leases SET ends_at = ", until!(), " WHERE id = $1");

/// `$1` entry.
const STRIKE: &str = "DELETE FROM session_leases WHERE id = $1";

/// `$1` the entry that does not count.
const LONGEST: &str =
    "SELECT coalesce(max(millis), 0) AS millis FROM session_leases WHERE ends_at > now() AND id <> $1";

/// The table, and this node's entry in it.
pub(crate) struct LeaseBook {
    connections: Arc<Connections<Postgres>>,
    entry: Mutex<Option<Entry>>,
    /// Held by whoever writes the entry.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Clone, Copy)]
struct Entry {
    id: i64,
    /// Before it was written.
    since: Instant,
}

impl LeaseBook {
    pub(crate) fn new(connections: Arc<Connections<Postgres>>) -> Self {
        Self { connections, entry: Mutex::new(None), writing: tokio::sync::Mutex::new(()) }
    }

    /// Whether what is read from now on may be kept for this long: whether the book says so for long enough. Where it does
    /// not, it is written first; whoever comes meanwhile keeps nothing, nor does anybody where it cannot be written.
    pub(crate) async fn allows(&self, lease: Duration) -> bool {
        let is_fresh = |entry: &Entry| entry.since.elapsed() < PROLONG_AFTER;
        if self.entry().as_ref().is_some_and(is_fresh) {
            return true;
        }
        let Ok(_writing) = self.writing.try_lock() else { return false };
        let since = Instant::now();
        let Ok(id) = self.write(lease).await else { return false };
        *self.entry() = Some(Entry { id, since });
        true
    }

    async fn write(&self, lease: Duration) -> Result<i64, StoreError> {
        let known = self.entry().map(|entry| entry.id);
        let mut connection = Lease::take(&self.connections, LIMIT).await?;
        if let Some(id) = known
            && connection.execute(PROLONG, &[Number(id)]).await? == 1
        {
            connection.settle();
            return Ok(id);
        }
        let millis = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
        let row = connection.fetch(ENTER, &[Number(millis)]).await?;
        connection.settle();
        let row = row.ok_or_else(|| fault::<Postgres>(sqlx::Error::RowNotFound))?;
        row.number("id").map_err(fault::<Postgres>)
    }

    /// How long any other node may believe what it read until now. Where the store does not say, as long as anybody may.
    ///
    /// To be asked after a change was committed: whoever enters their lease later reads what was changed.
    pub(crate) async fn longest_of_others(&self) -> Duration {
        self.read().await.unwrap_or(SessionLease::MAX)
    }

    async fn read(&self) -> Result<Duration, StoreError> {
        let own = self.entry().map_or(0, |entry| entry.id);
        let mut connection = Lease::take(&self.connections, LIMIT).await?;
        let row = connection.fetch(LONGEST, &[Number(own)]).await?;
        connection.settle();
        let millis = row.map_or(Ok(0), |row| row.number("millis")).map_err(fault::<Postgres>)?;
        Ok(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
    }

    /// Strikes this node's entry, once nothing is kept that it stood for.
    pub(crate) async fn withdraw(&self, forget_all: impl FnOnce()) {
        let _writing = self.writing.lock().await;
        let entry = self.entry().take();
        forget_all();
        let Some(Entry { id, .. }) = entry else { return };
        if let Ok(mut connection) = Lease::take(&self.connections, LIMIT).await
            && connection.execute(STRIKE, &[Number(id)]).await.is_ok()
        {
            connection.settle();
        }
    }

    fn entry(&self) -> MutexGuard<'_, Option<Entry>> {
        // Nothing panics while it holds the lock.
        self.entry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
