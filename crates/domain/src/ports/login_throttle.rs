//! The buckets that bound guesses, shared by all nodes.

use std::time::Duration;

use async_trait::async_trait;

use super::errors::StoreError;
use crate::{Bucket, ThrottleKey, Timestamp};

/// Holds buckets. What a call took is taken for every later call, on every node, before the call returns; a bucket that
/// no call took from yet is full.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait LoginThrottle: Send + Sync {
    /// How long the bucket admits nothing; zero where it admits an attempt now. Writes nothing but the correction of an
    /// instant that a wrong clock wrote: none is believed that lies more than the limit's window ahead of `now`.
    async fn wait(&self, bucket: &Bucket, now: Timestamp) -> Result<Duration, StoreError>;

    /// Takes a token of each bucket, or of none: then the answer is how long the first that admits nothing will go on to
    /// do so, and zero where all were taken. Of any number of racing calls no more succeed than the bucket admits.
    ///
    /// An instant that a wrong clock wrote is corrected as in [`Self::wait`], so that no wait is longer than one interval.
    ///
    /// Where the bucket's limit has a slowdown, each token counts as a failure until [`Self::succeed`] says otherwise.
    /// The order of kinds of bucket must be the same in every call, or callers may wait for each other.
    async fn take(&self, buckets: &[Bucket], now: Timestamp) -> Result<Duration, StoreError>;

    /// Whether there is a mark with this key that lasts beyond now. One that lasts beyond `latest` was set by a wrong clock
    /// and does not count.
    async fn is_marked(&self, key: &ThrottleKey, now: Timestamp, latest: Timestamp) -> Result<bool, StoreError>;

    /// Gives back what an attempt took that came to nothing, neither right nor wrong.
    async fn release(&self, taken: &[Bucket]) -> Result<(), StoreError>;

    /// Gives back what was taken, token by token and no more; ends a row of failures; sets marks; and deletes those of the
    /// account's marks that end first, beyond a number. All of it, or none.
    async fn succeed(&self, success: &ThrottledSuccess) -> Result<(), StoreError>;

    /// Fills the buckets with these keys, and those of the accounts whose own buckets have these keys, and ends their rows of
    /// failures. Marks stay. Returns how many buckets were not full or had failures.
    async fn reset(&self, keys: &[ThrottleKey], now: Timestamp) -> Result<u64, StoreError>;

    /// Removes at most `limit` buckets and marks that mean nothing any more at `now`, and says how many. A bucket with at
    /// least `failures` in a row is kept for as long as it was full after `forgotten`.
    async fn delete_spent(
        &self,
        now: Timestamp,
        failures: u32,
        forgotten: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError>;
}

/// What becomes of an attempt that was no guess.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThrottledSuccess {
    /// The buckets that the attempt took from, in that order.
    pub taken: Vec<Bucket>,
    /// The bucket whose row of failures ends, taken from or not.
    pub account: ThrottleKey,
    /// The marks to set.
    pub marks: Vec<ThrottleKey>,
    /// The first instant at which they mean nothing any more.
    pub marked_until: Timestamp,
    /// How many marks the account has at most.
    pub most_marks: u32,
}
