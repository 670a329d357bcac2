//! Session lookups that share queries (ADR 0029): while a query is in flight, the lookups that arrive wait, and the next query
//! answers them together. Each lookup is answered by a query that was sent after it was asked, so that a session that any
//! node revoked is refused at once, with no cache and nothing to configure.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use doorward_domain::ports::{Cause, StoreError};
use doorward_domain::{Session, TokenHash, User};
use sqlx::Postgres;
use thiserror::Error;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::checked_out::{TookTooLong, fault};
use crate::lookups::Lookups;
use crate::pools::Pools;
use crate::row::{self, Columns};
use crate::statements::FIND_SESSIONS;

/// The most queries in flight. More would gain little: the longer a lookup waits, the more others go along with it.
const MAX_IN_FLIGHT: usize = 2;
/// The most lookups of one query.
const MAX_BATCH: usize = 256;
/// The most lookups that wait: more than a node has connections from clients.
const MAX_WAITING: usize = 16_384;

type Found = Option<(Session, User)>;

/// A lookup, and where its answer goes.
type Waiting = (TokenHash, oneshot::Sender<Result<Found, StoreError>>);

/// Looks sessions up, many with one query.
pub(crate) struct SharedLookups(Arc<Shared>);

struct Shared {
    pools: Arc<Pools<Postgres>>,
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    in_flight: usize,
}

impl SharedLookups {
    pub(super) fn new(pools: Arc<Pools<Postgres>>) -> Self {
        Self(Arc::new(Shared { pools, queue: Mutex::default() }))
    }
}

impl Lookups for SharedLookups {
    async fn find(&self, token: &TokenHash) -> Result<Found, StoreError> {
        let (sender, answer) = oneshot::channel();
        let starts_query = self.0.queue().push(*token, sender)?;
        if starts_query {
            // A task of its own: a client that goes away takes no other client's lookup along.
            tokio::spawn(InFlight { shared: Arc::clone(&self.0), has_ended: false }.run());
        }
        // Time for the query that was in flight, and for the next one.
        match timeout(2 * self.0.pools.limit, answer).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) => Err(StoreError::Unavailable(Abandoned.into())),
            Err(_) => Err(StoreError::Unavailable(TookTooLong.into())),
        }
    }

    /// Writers do not wait for each other.
    fn is_alone(&self) -> bool {
        true
    }

    async fn invalidate(&self, _: &[TokenHash]) {}

    fn invalidate_here(&self, _: &TokenHash) {}
}

impl Queue {
    /// Adds a lookup, and tells whether a query is to be started for it.
    fn push(
        &mut self,
        token: TokenHash,
        sender: oneshot::Sender<Result<Found, StoreError>>,
    ) -> Result<bool, StoreError> {
        if self.waiting.len() == MAX_WAITING {
            return Err(StoreError::Unavailable(TooManyWaiting.into()));
        }
        self.waiting.push((token, sender));
        let starts_query = self.in_flight < MAX_IN_FLIGHT;
        self.in_flight += usize::from(starts_query);
        Ok(starts_query)
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        // Nothing panics while it holds the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the sessions with these tokens. A row that cannot be read is an error of its token alone.
    async fn read(
        &self,
        tokens: &[TokenHash],
    ) -> Result<HashMap<TokenHash, Result<(Session, User), Cause>>, StoreError> {
        let bytes: Vec<&[u8]> = tokens.iter().map(|token| token.as_bytes().as_slice()).collect();
        let mut connection = self.pools.check_out(&self.pools.readers).await?;
        let rows = connection
            .in_time(async |connection| sqlx::query(FIND_SESSIONS).bind(bytes).fetch_all(connection).await)
            .await?;
        connection.finish();
        let read = |row| Ok((Columns::token(row, "token_hash")?, row::session_and_user(row).map_err(Cause::from)));
        rows.iter().map(read).collect::<sqlx::Result<_>>().map_err(fault::<Postgres>)
    }
}

/// One of the queries that may be in flight. Dropped before its end, it makes room for another.
struct InFlight {
    shared: Arc<Shared>,
    has_ended: bool,
}

impl InFlight {
    /// Answers the lookups that wait until there are none.
    async fn run(mut self) {
        while let Some(batch) = self.next_batch() {
            let tokens: Vec<_> = batch.iter().map(|(token, _)| *token).collect();
            let found = self.shared.read(&tokens).await.map_err(Arc::new);
            for (token, sender) in batch {
                let answer = match &found {
                    Ok(found) => match found.get(&token) {
                        None => Ok(None),
                        Some(Ok(found)) => Ok(Some(found.clone())),
                        Some(Err(cause)) => Err(StoreError::Corrupt(cause.to_string().into())),
                    },
                    Err(error) => Err(shared_error(error)),
                };
                // A client that went away meanwhile needs no answer.
                let _ = sender.send(answer);
            }
        }
    }

    /// The lookups that go together next; `None`, and the end of this query, where none wait.
    fn next_batch(&mut self) -> Option<Vec<Waiting>> {
        let mut queue = self.shared.queue();
        // A lookup whose client went away is not read.
        queue.waiting.retain(|(_, sender)| !sender.is_closed());
        if queue.waiting.is_empty() {
            queue.in_flight -= 1;
            self.has_ended = true;
            return None;
        }
        let size = queue.waiting.len().min(MAX_BATCH);
        let rest = queue.waiting.split_off(size);
        Some(mem::replace(&mut queue.waiting, rest))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if !self.has_ended {
            self.shared.queue().in_flight -= 1;
        }
    }
}

/// The same error for each lookup of a query.
fn shared_error(error: &Arc<StoreError>) -> StoreError {
    let cause = Cause::from(QueryFailed(Arc::clone(error)));
    match **error {
        StoreError::Unavailable(_) => StoreError::Unavailable(cause),
        StoreError::Corrupt(_) => StoreError::Corrupt(cause),
    }
}

#[derive(Debug, Error)]
#[error("the shared query failed")]
struct QueryFailed(#[source] Arc<StoreError>);

#[derive(Debug, Error)]
#[error("too many session lookups are waiting")]
struct TooManyWaiting;

#[derive(Debug, Error)]
#[error("the shared query was abandoned")]
struct Abandoned;
