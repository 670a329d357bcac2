//! The port `LoginThrottle`.

use std::time::Duration;

use async_trait::async_trait;
use doorward_domain::ports::{LoginThrottle, StoreError, ThrottledSuccess};
use doorward_domain::{Bucket, RateLimit, ThrottleKey, Timestamp};

use crate::checked_out::{CheckedOut, fault};
use crate::dialect::Dialect;

use crate::row::Columns;
use crate::statements;
use crate::store::SqlStore;
use crate::value::Value::{self, Number};

#[async_trait]
impl<DB: Dialect> LoginThrottle for SqlStore<DB> {
    async fn wait(&self, bucket: &Bucket, now: Timestamp) -> Result<Duration, StoreError> {
        let found = self.pools.read(statements::FIND_BUCKET, &[Value::Bucket(&bucket.key)], Level::read).await?;
        let Some(level) = found else { return Ok(Duration::ZERO) };
        if level.full_at > bucket.limit.latest(now) {
            self.correct(&[*bucket], now).await?;
        }
        Ok(level.wait(&bucket.limit, now))
    }

    async fn take(&self, buckets: &[Bucket], now: Timestamp) -> Result<Duration, StoreError> {
        let mut transaction = self.pools.begin().await?;
        for bucket in buckets {
            if take_one(&mut transaction, bucket, now).await? {
                continue;
            }
            let row = transaction.fetch(statements::FIND_BUCKET, &[Value::Bucket(&bucket.key)]).await?;
            let level = row.as_ref().map(Level::read).transpose().map_err(fault::<DB>)?;
            transaction.roll_back().await;
            // The bucket refused, though it may be full again by now.
            let Some(level) = level else { return Ok(Duration::from_millis(1)) };
            if level.full_at > bucket.limit.latest(now) {
                self.correct(buckets, now).await?;
            }
            let wait = level.wait(&bucket.limit, now);
            return Ok(wait.max(Duration::from_millis(1)));
        }
        transaction.commit().await?;
        Ok(Duration::ZERO)
    }

    async fn is_marked(&self, key: &ThrottleKey, now: Timestamp, latest: Timestamp) -> Result<bool, StoreError> {
        let found = self.pools.read(statements::FIND_BUCKET, &[Value::Bucket(key)], |row| row.number("tat")).await?;
        Ok(found.is_some_and(|until| until > now.as_unix_millis() && until <= latest.as_unix_millis()))
    }

    async fn release(&self, taken: &[Bucket]) -> Result<(), StoreError> {
        let mut transaction = self.pools.begin().await?;
        give_back(&mut transaction, taken, 1).await?;
        self.commit(transaction, &[]).await
    }

    async fn succeed(&self, success: &ThrottledSuccess) -> Result<(), StoreError> {
        let ThrottledSuccess { taken, account, marks, marked_until, most_marks } = success;
        let mut transaction = self.pools.begin().await?;
        give_back(&mut transaction, taken, i64::MAX).await?;
        if !taken.iter().any(|bucket| bucket.key == *account) {
            transaction.execute(statements::END_FAILURES, &[Value::Bucket(account)]).await?;
        }
        let until = Number(marked_until.as_unix_millis());
        for mark in marks {
            transaction.execute(statements::SET_MARK, &[Value::Bucket(mark), until, Value::Bucket(account)]).await?;
        }
        let surplus = [Value::Bucket(account), Number((*most_marks).into())];
        transaction.execute(statements::DELETE_SURPLUS_MARKS, &surplus).await?;
        self.commit(transaction, &[]).await
    }

    async fn reset(&self, keys: &[ThrottleKey], now: Timestamp) -> Result<u64, StoreError> {
        let mut transaction = self.pools.begin().await?;
        let (mut filled, now) = (0, Number(now.as_unix_millis()));
        for key in keys {
            filled += transaction.execute(statements::DELETE_BUCKETS, &[Value::Bucket(key), now]).await?;
        }
        self.commit(transaction, &[]).await?;
        Ok(filled)
    }

    async fn delete_spent(
        &self,
        now: Timestamp,
        failures: u32,
        forgotten: Timestamp,
        limit: u32,
    ) -> Result<u64, StoreError> {
        let values = [
            Number(now.as_unix_millis()),
            Number(failures.into()),
            Number(forgotten.as_unix_millis()),
            Number(limit.into()),
        ];
        self.pools.write(DB::DELETE_SPENT_BUCKETS, &values).await
    }
}

impl<DB: Dialect> SqlStore<DB> {
    /// Moves the instants of buckets back to the latest that a right clock can have written, so that their waits end.
    async fn correct(&self, buckets: &[Bucket], now: Timestamp) -> Result<(), StoreError> {
        for Bucket { key, limit, .. } in buckets {
            let values = [Value::Bucket(key), Number(limit.latest(now).as_unix_millis())];
            self.pools.write(statements::CORRECT_BUCKET, &values).await?;
        }
        Ok(())
    }
}

/// Takes a token; `false` where there is none.
async fn take_one<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    bucket: &Bucket,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let limit = &bucket.limit;
    let (slowed, after) = slowdown(limit);
    let values = [
        Value::Bucket(&bucket.key),
        Number(now.as_unix_millis()),
        millis(limit.every),
        millis(limit.window()),
        millis(slowed),
        after,
        Number(limit.slowdown.is_some().into()),
        Value::OptionalBucket(bucket.account.as_ref()),
    ];
    Ok(transaction.execute(statements::TAKE_FROM_BUCKET, &values).await? == 1)
}

/// Gives back a token of each bucket, and makes its failures so many fewer.
async fn give_back<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    taken: &[Bucket],
    fewer: i64,
) -> Result<(), StoreError> {
    for Bucket { key, limit, .. } in taken {
        let (slowed, after) = slowdown(limit);
        let values = [Value::Bucket(key), millis(limit.every), millis(slowed), after, Number(fewer)];
        transaction.execute(statements::GIVE_BACK_TO_BUCKET, &values).await?;
    }
    Ok(())
}

/// The interval of a bucket that is slowed, and the failures it takes: for one that never is, more than there can be.
fn slowdown(limit: &RateLimit) -> (Duration, Value<'static>) {
    limit.slowdown.map_or((limit.every, Number(i64::MAX)), |slowdown| (slowdown.every, Number(slowdown.after.into())))
}

fn millis(duration: Duration) -> Value<'static> {
    Number(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

/// What a store holds of a bucket.
struct Level {
    /// The theoretical arrival time of GCRA: when the bucket is full again.
    full_at: Timestamp,
    failures: u32,
}

impl Level {
    fn read(row: &impl Columns) -> sqlx::Result<Self> {
        let failures = u32::try_from(row.number("failures")?).unwrap_or(u32::MAX);
        Ok(Self { full_at: Timestamp::from_unix_millis(row.number("tat")?), failures })
    }

    fn wait(&self, limit: &RateLimit, now: Timestamp) -> Duration {
        limit.wait(self.full_at, self.failures, now)
    }
}
