//! The port `AccountArchive`: pages of users, each with what belongs to them, in one transaction that reads.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use doorward_domain::ports::{Account, AccountArchive, AccountSnapshot, StoreError};
use doorward_domain::{Timestamp, UserId};

use crate::checked_out::{CheckedOut, fault};
use crate::dialect::Dialect;
use crate::row::Columns;
use crate::store::SqlStore;
use crate::value::Value::{self, Instant, Number, Text};
use crate::{row, statements};

#[async_trait]
impl<DB: Dialect> AccountArchive for SqlStore<DB> {
    async fn snapshot(&self) -> Result<Box<dyn AccountSnapshot>, StoreError> {
        let mut connection = self.pools.check_out(&self.pools.readers).await?;
        connection.execute(DB::BEGIN_SNAPSHOT, &[]).await?;
        Ok(Box::new(SqlSnapshot { connection: Some(connection), after: String::new(), limit: self.pools.limit }))
    }
}

struct SqlSnapshot<DB: Dialect> {
    /// `None` at the end.
    connection: Option<CheckedOut<DB>>,
    /// The id that the next page comes after.
    after: String,
    limit: Duration,
}

#[async_trait]
impl<DB: Dialect> AccountSnapshot for SqlSnapshot<DB> {
    async fn count(&mut self) -> Result<u64, StoreError> {
        let Some(connection) = &mut self.connection else { return Ok(0) };
        let counted = connection.fetch(statements::COUNT_USERS, &[]).await?;
        let users = counted.map(|row| row.number("users")).transpose().map_err(fault::<DB>)?;
        Ok(users.unwrap_or_default().try_into().unwrap_or_default())
    }

    async fn next(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Account>, StoreError> {
        let Some(mut connection) = self.connection.take() else { return Ok(vec![]) };
        connection.restart_deadline(self.limit);
        let page = [Text(&self.after), Number(limit.into())];
        let users = connection.fetch_all(statements::ARCHIVED_USERS, &page).await?;
        let users = users.iter().map(row::user).collect::<sqlx::Result<Vec<_>>>().map_err(fault::<DB>)?;
        let Some(last) = users.last().map(|user| user.id.as_str().to_owned()) else {
            connection.commit().await?;
            return Ok(vec![]);
        };
        let range = [Text(&self.after), Text(&last)];
        let live = [range[0], range[1], Instant(now)];
        let mut keys = by_user(&mut connection, statements::ARCHIVED_KEYS, &range, row::key).await?;
        let mut sessions = by_user(&mut connection, statements::ARCHIVED_SESSIONS, &live, row::live_session).await?;
        let mut codes = by_user(&mut connection, statements::ARCHIVED_CODES, &range, row::unused_code).await?;
        let mut links = by_user(&mut connection, statements::ARCHIVED_LINKS, &live, row::password_link).await?;
        let mut sign_ins = by_user(&mut connection, statements::ARCHIVED_SIGN_INS, &range, row::sign_in).await?;
        self.after = last;
        self.connection = Some(connection);
        let account = |user: doorward_domain::User| Account {
            keys: keys.remove(&user.id).unwrap_or_default(),
            sessions: sessions.remove(&user.id).unwrap_or_default(),
            recovery_codes: codes.remove(&user.id).unwrap_or_default(),
            password_link: links.remove(&user.id).and_then(|links| links.into_iter().next()),
            sign_ins: sign_ins.remove(&user.id).unwrap_or_default(),
            user,
        };
        Ok(users.into_iter().map(account).collect())
    }
}

/// The records of a page of users, each user's in the order of the query.
async fn by_user<DB: Dialect, T>(
    connection: &mut CheckedOut<DB>,
    sql: &'static str,
    values: &[Value<'_>],
    meaning: impl Fn(&DB::Row) -> sqlx::Result<T>,
) -> Result<HashMap<UserId, Vec<T>>, StoreError> {
    let mut records: HashMap<UserId, Vec<T>> = HashMap::new();
    for row in &connection.fetch_all(sql, values).await? {
        let user = row::user_id(row).map_err(fault::<DB>)?;
        records.entry(user).or_default().push(meaning(row).map_err(fault::<DB>)?);
    }
    Ok(records)
}
