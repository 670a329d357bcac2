//! The port `AccountSink`.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use doorward_domain::ports::{Account, AccountSink, ExistingAccounts, LiveSession, StoreError, WriteAccountsError};
use doorward_domain::{HashParameters, Key, KeyId, PasswordHash, PasswordLink, User, UserAgent, UserId, Username};

use crate::bulk::Insert;
use crate::checked_out::{CheckedOut, fault};
use crate::dialect::Dialect;
use crate::links::write_password_link;
use crate::lookups::Lookups;
use crate::row::{self, Columns};
use crate::statements;
use crate::store::SqlStore;
use crate::value::Value::{self, Code, Flag, Instant, OptionalText, Text, Token};

/// The longest that a write should take where no other process waits for it: a stop waits as long.
const LONGEST_WRITE: Duration = Duration::from_secs(3);

/// The longest that a write should hold the one writer of a file beside a server: sign-ins wait for it.
const LONGEST_WRITE_BESIDE_A_SERVER: Duration = Duration::from_millis(300);

/// Accounts that have the time of one call: some ten rows each, at a database at some distance.
const ACCOUNTS_PER_LIMIT: usize = 1_000;

#[async_trait]
impl<DB: Dialect> AccountSink for SqlStore<DB> {
    fn longest_write(&self) -> Duration {
        if self.lookups.is_alone() { LONGEST_WRITE } else { LONGEST_WRITE_BESIDE_A_SERVER }
    }

    async fn find_existing(&self, users: &[UserId], keys: &[KeyId]) -> Result<ExistingAccounts, StoreError> {
        let users: Vec<&str> = users.iter().map(UserId::as_str).collect();
        let keys: Vec<&str> = keys.iter().map(KeyId::as_str).collect();
        let mut connection = self.pools.check_out(&self.pools.readers).await?;
        let users = connection.fetch_in(statements::USERS_IN, &users).await?;
        let keys = connection.fetch_in(statements::KEYS_IN, &keys).await?;
        connection.finish();
        let user = |row: &DB::Row| Ok((row::user_id(row)?, Username::restore(row.text("username")?)));
        let key = |row: &DB::Row| Ok((KeyId::restore(row.text("id")?), row::user_id(row)?));
        let users = users.iter().map(user).collect::<sqlx::Result<_>>().map_err(fault::<DB>)?;
        let keys = keys.iter().map(key).collect::<sqlx::Result<_>>().map_err(fault::<DB>)?;
        Ok(ExistingAccounts { users, keys })
    }

    async fn write(&self, accounts: &[Account]) -> Result<(), WriteAccountsError> {
        if accounts.is_empty() {
            return Ok(());
        }
        let mut connection = self.pools.check_out(&self.pools.writers).await?;
        for statement in DB::PREPARE_IMPORT {
            // A pragma answers with a row.
            connection.fetch(statement, &[]).await?;
        }
        connection.begin().await?;
        connection.prolong(self.pools.limit * u32::try_from(accounts.len() / ACCOUNTS_PER_LIMIT).unwrap_or(u32::MAX));
        connection.fetch(DB::LOCK_IMPORTS, &[]).await?;
        let is_free = insert_users(&mut connection, accounts).await? && insert_keys(&mut connection, accounts).await?;
        if is_free {
            insert_sessions(&mut connection, accounts).await?;
            insert_records(&mut connection, accounts).await?;
        }
        connection.execute(if is_free { "COMMIT" } else { "ROLLBACK" }, &[]).await?;
        for statement in DB::END_IMPORT {
            connection.fetch(statement, &[]).await?;
        }
        connection.finish();
        self.pools.file.check()?;
        if is_free { Ok(()) } else { Err(WriteAccountsError::Taken) }
    }
}

/// Whether no user was there before.
async fn insert_users<DB: Dialect>(transaction: &mut CheckedOut<DB>, accounts: &[Account]) -> Result<bool, StoreError> {
    const USERS: Insert = Insert {
        start: "INSERT INTO users (id, username, created_at, attributes, disabled) VALUES",
        end: "ON CONFLICT (id) DO NOTHING",
    };
    fn row(Account { user, .. }: &Account) -> [Value<'_>; 5] {
        let (created_at, disabled) = (Instant(user.created_at), Flag(user.disabled));
        [Text(user.id.as_str()), Text(user.username.as_str()), created_at, Text(user.attributes.as_json()), disabled]
    }
    let rows: Vec<_> = accounts.iter().map(row).collect();
    Ok(transaction.insert(&USERS, &rows).await? == rows.len() as u64)
}

/// Whether no key was there before. Notes the parameters of the hashes.
async fn insert_keys<DB: Dialect>(transaction: &mut CheckedOut<DB>, accounts: &[Account]) -> Result<bool, StoreError> {
    const KEYS: Insert = Insert {
        start: "INSERT INTO user_keys (id, user_id, password_hash, created_at) VALUES",
        end: "ON CONFLICT (id) DO NOTHING",
    };
    fn row<'a>((user, key): (&'a User, &'a Key)) -> [Value<'a>; 4] {
        let hash = OptionalText(key.password_hash.as_ref().map(PasswordHash::expose));
        [Text(key.id.as_str()), Text(user.id.as_str()), hash, Instant(key.created_at)]
    }
    let keys = || accounts.iter().flat_map(|account| account.keys.iter().map(|key| (&account.user, key)));
    let mut rows: Vec<_> = keys().collect();
    // In the order of the table, so that rows of one page come together.
    rows.sort_unstable_by_key(|(_, key)| key.id.as_str());
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    if transaction.insert(&KEYS, &rows).await? < rows.len() as u64 {
        return Ok(false);
    }
    let parameters: BTreeSet<HashParameters> =
        keys().filter_map(|(_, key)| key.password_hash.as_ref()).map(PasswordHash::parameters).collect();
    for parameters in &parameters {
        transaction.execute(statements::NOTE_PARAMETERS, &[Text(parameters.as_str())]).await?;
    }
    Ok(true)
}

async fn insert_sessions<DB: Dialect>(
    transaction: &mut CheckedOut<DB>,
    accounts: &[Account],
) -> Result<(), StoreError> {
    const SESSIONS: Insert = Insert {
        start: "INSERT INTO sessions (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at, \
                user_agent, address, attributes, last_used_at) VALUES",
        end: "ON CONFLICT DO NOTHING",
    };
    fn row<'a>(((user, live), address): ((&'a User, &'a LiveSession), &'a Option<String>)) -> [Value<'a>; 10] {
        let LiveSession { session, client } = live;
        [
            Token(&session.token_hash),
            Text(session.id.as_str()),
            Text(user.id.as_str()),
            Instant(session.created_at),
            Instant(session.active_expires_at),
            Instant(session.idle_expires_at),
            OptionalText(client.user_agent.as_ref().map(UserAgent::as_str)),
            OptionalText(address.as_deref()),
            Text(session.attributes.as_json()),
            Instant(session.last_used_at),
        ]
    }
    let sessions = || accounts.iter().flat_map(|account| account.sessions.iter().map(|live| (&account.user, live)));
    let addresses: Vec<Option<String>> = sessions().map(|(_, live)| address(live.client.address)).collect();
    let mut rows: Vec<_> = sessions().zip(&addresses).collect();
    rows.sort_unstable_by_key(|((_, live), _)| *live.session.token_hash.as_bytes());
    let rows: Vec<_> = rows.into_iter().map(row).collect();
    transaction.insert(&SESSIONS, &rows).await.map(drop)
}

/// Inserts recovery codes, sign-in events and password links.
async fn insert_records<DB: Dialect>(transaction: &mut CheckedOut<DB>, accounts: &[Account]) -> Result<(), StoreError> {
    const CODES: Insert =
        Insert { start: "INSERT INTO recovery_codes (user_id, code_hash, created_at) VALUES", end: "" };
    const SIGN_INS: Insert = Insert {
        start: "INSERT INTO sign_in_events (user_id, happened_at, session_id, kind, user_agent, address) VALUES",
        end: "",
    };
    let codes = accounts.iter().flat_map(|account| account.recovery_codes.iter().map(|code| (&account.user.id, code)));
    let rows: Vec<_> =
        codes.map(|(user, code)| [Text(user.as_str()), Code(&code.hash), Instant(code.created_at)]).collect();
    transaction.insert(&CODES, &rows).await?;

    let events = || accounts.iter().flat_map(|account| account.sign_ins.iter().map(|event| (&account.user.id, event)));
    let addresses: Vec<Option<String>> = events().map(|(_, event)| address(event.client.address)).collect();
    let rows: Vec<_> = events()
        .zip(&addresses)
        .map(|((user, event), address)| {
            [
                Text(user.as_str()),
                Instant(event.at),
                Text(event.session_id.as_str()),
                Text(event.kind.name()),
                OptionalText(event.client.user_agent.as_ref().map(UserAgent::as_str)),
                OptionalText(address.as_deref()),
            ]
        })
        .collect();
    transaction.insert(&SIGN_INS, &rows).await?;
    for Account { user, password_link, .. } in accounts {
        if let Some(link) = password_link {
            let link = PasswordLink { user_id: user.id.clone(), ..link.clone() };
            write_password_link(transaction, &link).await?;
        }
    }
    Ok(())
}

fn address(address: Option<IpAddr>) -> Option<String> {
    address.map(|address| address.to_string())
}
