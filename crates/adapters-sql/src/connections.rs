//! The connections of a store. sqlx opens them and counts them; those that were given back in order are kept here, at
//! hand for whoever comes next. sqlx's own pool would ask each for a sign of life when it is given back, which makes two
//! round trips of one query.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::Connection;
use sqlx::pool::{Pool, PoolConnection};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

use crate::dialect::Dialect;

/// A connection that was idle for longer is tested before it is used: the server may have gone meanwhile. To test each
/// time would cost a fifth of the throughput.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

pub(crate) struct Connections<DB: Dialect> {
    pool: Pool<DB>,
    /// As many as there may be connections.
    turns: Semaphore,
    /// Those that nobody uses now, the one that was used last at the end.
    at_hand: Mutex<Vec<Loan<DB>>>,
}

/// A connection that is closed when it is dropped, unless it is [given back](Connections::give_back).
pub(crate) struct Loan<DB: Dialect> {
    pub(crate) connection: PoolConnection<DB>,
    opened: Instant,
    used: Instant,
}

/// The right to one of the connections, given back by itself.
pub(crate) type Turn<'a> = SemaphorePermit<'a>;

impl<DB: Dialect> Connections<DB> {
    /// As many as the pool may open, opened when they are needed.
    pub(crate) fn new(pool: Pool<DB>) -> Self {
        let most = usize::try_from(pool.options().get_max_connections()).unwrap_or(Semaphore::MAX_PERMITS);
        Self { pool, turns: Semaphore::new(most), at_hand: Mutex::default() }
    }

    /// What opens them.
    pub(crate) fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    /// Waits for a connection, no longer than the pool would.
    pub(crate) async fn take(&self) -> sqlx::Result<(Loan<DB>, Turn<'_>)> {
        let patience = self.pool.options().get_acquire_timeout();
        timeout(patience, self.next()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn next(&self) -> sqlx::Result<(Loan<DB>, Turn<'_>)> {
        let turn = self.turns.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
        while let Some(mut loan) = self.last_used() {
            if loan.used.elapsed() <= TRUSTED_FOR || loan.connection.ping().await.is_ok() {
                return Ok((loan, turn));
            }
        }
        let mut connection = self.pool.acquire().await?;
        connection.close_on_drop();
        let now = Instant::now();
        Ok((Loan { connection, opened: now, used: now }, turn))
    }

    fn last_used(&self) -> Option<Loan<DB>> {
        self.at_hand().pop()
    }

    /// Keeps a connection on which there is nothing left to do, unless it is old enough to be opened anew.
    pub(crate) fn give_back(&self, mut loan: Loan<DB>) {
        loan.used = Instant::now();
        let options = self.pool.options();
        let is_over = |since: Instant, longest: Option<Duration>| longest.is_some_and(|it| loan.used - since > it);
        let too_old = is_over(loan.opened, options.get_max_lifetime());
        let mut at_hand = self.at_hand();
        let unused = at_hand.first().is_some_and(|longest| is_over(longest.used, options.get_idle_timeout()));
        // Dropped after the lock.
        let _closed = unused.then(|| at_hand.remove(0));
        if !too_old && !self.turns.is_closed() {
            at_hand.push(loan);
        }
    }

    /// Closes all connections once those who use one have done so. Nobody gets one any more.
    pub(crate) async fn close(&self) {
        self.turns.close();
        let at_hand = std::mem::take(&mut *self.at_hand());
        drop(at_hand);
        self.pool.close().await;
    }

    fn at_hand(&self) -> MutexGuard<'_, Vec<Loan<DB>>> {
        // Nothing panics while it holds the lock.
        self.at_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use sqlx::Sqlite;
    use sqlx::sqlite::SqlitePoolOptions;

    use super::*;

    fn one_connection(options: SqlitePoolOptions) -> Connections<Sqlite> {
        let pool = options.max_connections(1).connect_lazy("sqlite::memory:").expect("a good URL");
        Connections::new(pool)
    }

    /// Leaves a mark on a connection, or says that it has one already.
    async fn mark(loan: &mut Loan<Sqlite>) -> bool {
        Sqlite::execute(&mut loan.connection, "CREATE TEMPORARY TABLE mark (x)", &[]).await.is_err()
    }

    #[tokio::test]
    async fn what_was_given_back_is_used_again_and_what_was_dropped_is_not() {
        let connections = one_connection(SqlitePoolOptions::new());
        for is_marked in [false, true] {
            let (mut loan, _turn) = connections.take().await.expect("a connection");
            assert_eq!(mark(&mut loan).await, is_marked);
            connections.give_back(loan);
        }
        drop(connections.take().await.expect("a connection"));
        let (mut loan, _turn) = connections.take().await.expect("another connection");
        assert!(!mark(&mut loan).await);
    }

    #[tokio::test]
    async fn one_that_has_lived_for_long_enough_is_opened_anew() {
        let connections = one_connection(SqlitePoolOptions::new().max_lifetime(Duration::ZERO));
        for _ in 0..2 {
            let (mut loan, _turn) = connections.take().await.expect("a connection");
            assert!(!mark(&mut loan).await);
            connections.give_back(loan);
        }
    }

    #[tokio::test]
    async fn whoever_waits_for_a_turn_in_vain_is_told_so() {
        let connections = one_connection(SqlitePoolOptions::new().acquire_timeout(Duration::from_millis(10)));
        let _used = connections.take().await.expect("a connection");
        assert!(matches!(connections.take().await, Err(sqlx::Error::PoolTimedOut)));
    }

    #[tokio::test]
    async fn closing_waits_for_whoever_uses_one_and_nobody_gets_one_afterwards() {
        let connections = one_connection(SqlitePoolOptions::new());
        let (loan, turn) = connections.take().await.expect("a connection");
        let mut closing = Box::pin(connections.close());
        assert!(closing.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending(), "somebody uses one");
        assert!(matches!(connections.take().await, Err(sqlx::Error::PoolClosed)));
        connections.give_back(loan);
        drop(turn);
        closing.await;
        assert!(connections.pool().is_closed());
    }
}
