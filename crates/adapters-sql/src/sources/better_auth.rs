//! Better Auth: users, accounts and sessions, whose cookies are their tokens with a signature.

use std::sync::Arc;

use doorward_domain::Username;
use doorward_domain::ports::{
    CookieSigner, SourceAccount, SourceError, SourceHash, SourceKey, SourceSession, SourceToken,
};

use super::database::ForeignConnection;
use super::options::{SessionIds, SourceOptions, UsernameFrom};
use super::plan::{Plan, Rows, Select};
use super::row::{Kind, Row};
use super::tables::{self, Field, Table, check_fields};

const TABLES: [[&str; 3]; 3] =
    [["user", "account", "session"], ["users", "accounts", "sessions"], ["User", "Account", "Session"]];

const USER_ID: Field = ("userId", &["id"]);
const USERNAME: Field = ("username", &["username"]);
const DISPLAY_USERNAME: Field = ("displayUsername", &["displayUsername", "display_username"]);
const EMAIL: Field = ("email", &["email"]);
const CREATED_AT: Field = ("createdAt", &["createdAt", "created_at"]);
const BANNED: Field = ("banned", &["banned"]);
const BAN_EXPIRES: Field = ("banExpires", &["banExpires", "ban_expires"]);
const TWO_FACTOR: Field = ("twoFactorEnabled", &["twoFactorEnabled", "two_factor_enabled"]);
const ACCOUNT_USER: Field = ("accountUserId", &["userId", "user_id"]);
const PROVIDER: Field = ("providerId", &["providerId", "provider_id"]);
const ACCOUNT_ID: Field = ("accountId", &["accountId", "account_id"]);
const PASSWORD: Field = ("passwordHash", &["password"]);
const ACCOUNT_CREATED: Field = ("accountCreatedAt", &["createdAt", "created_at"]);
const SESSION_USER: Field = ("sessionUserId", &["userId", "user_id"]);
const TOKEN: Field = ("sessionToken", &["token"]);
const EXPIRES_AT: Field = ("expiresAt", &["expiresAt", "expires_at"]);
const SESSION_CREATED: Field = ("sessionCreatedAt", &["createdAt", "created_at"]);
const ADDRESS: Field = ("ipAddress", &["ipAddress", "ip_address"]);
const USER_AGENT: Field = ("userAgent", &["userAgent", "user_agent"]);
const IMPERSONATED_BY: Field = ("impersonatedBy", &["impersonatedBy", "impersonated_by"]);

const FIELDS: [Field; 20] = [
    USER_ID,
    USERNAME,
    DISPLAY_USERNAME,
    EMAIL,
    CREATED_AT,
    BANNED,
    BAN_EXPIRES,
    TWO_FACTOR,
    ACCOUNT_USER,
    PROVIDER,
    ACCOUNT_ID,
    PASSWORD,
    ACCOUNT_CREATED,
    SESSION_USER,
    TOKEN,
    EXPIRES_AT,
    SESSION_CREATED,
    ADDRESS,
    USER_AGENT,
    IMPERSONATED_BY,
];

/// The provider of passwords.
const CREDENTIAL: &str = "credential";

pub(super) async fn plan<C: ForeignConnection>(
    connection: &mut C,
    options: &SourceOptions,
    place: &str,
) -> Result<Plan, SourceError> {
    check_fields(options, &FIELDS)?;
    let named = [options.user_table.as_ref(), options.key_table.as_ref(), options.session_table.as_ref()];
    let [users, accounts, sessions] = tables::find(connection, &TABLES, named, place).await?;
    let mut selects = vec![select_users::<C>(&users, options)?, select_accounts::<C>(&accounts, options)?];
    let signer = options.signer.clone();
    if signer.is_some() && !options.without_sessions {
        selects.push(select_sessions::<C>(&sessions, options)?);
    }
    let username_from = options.username_from.clone();
    Ok(Plan {
        tables: [&users, &accounts, &sessions].map(|table| table.name.clone()).into(),
        selects,
        session_ids: SessionIds::Plain,
        account: Box::new(move |rows| account(&rows, &username_from, signer.as_ref())),
    })
}

fn select_users<C: ForeignConnection>(users: &Table, options: &SourceOptions) -> Result<Select, SourceError> {
    let (id, username) = (users.required(USER_ID, options)?, users.column(USERNAME, options)?);
    let shown = users.column(DISPLAY_USERNAME, options)?;
    let attributes =
        users.attributes(options, &[&id].into_iter().chain(&username).chain(&shown).collect::<Vec<_>>())?;
    let mut values: Vec<Option<String>> = vec![username, shown];
    for field in [EMAIL, CREATED_AT, BANNED, BAN_EXPIRES, TWO_FACTOR] {
        values.push(users.column(field, options)?);
    }
    let mut values: Vec<_> = values.into_iter().map(|column| column.map(|column| C::bytes(&column))).collect();
    values.push((!attributes.is_empty()).then(|| C::object(&attributes)));
    Ok(Select::new(Kind::User, users, id, values))
}

fn select_accounts<C: ForeignConnection>(accounts: &Table, options: &SourceOptions) -> Result<Select, SourceError> {
    let mut values = Vec::new();
    for field in [PROVIDER, ACCOUNT_ID, PASSWORD] {
        values.push(Some(C::bytes(&accounts.required(field, options)?)));
    }
    values.push(accounts.column(ACCOUNT_CREATED, options)?.map(|column| C::bytes(&column)));
    Ok(Select::new(Kind::Key, accounts, accounts.required(ACCOUNT_USER, options)?, values))
}

/// The sessions that no administrator opened in the user's place.
fn select_sessions<C: ForeignConnection>(sessions: &Table, options: &SourceOptions) -> Result<Select, SourceError> {
    let mut values = Vec::new();
    for field in [TOKEN, EXPIRES_AT] {
        values.push(Some(C::bytes(&sessions.required(field, options)?)));
    }
    for field in [SESSION_CREATED, ADDRESS, USER_AGENT] {
        values.push(sessions.column(field, options)?.map(|column| C::bytes(&column)));
    }
    let select = Select::new(Kind::Session, sessions, sessions.required(SESSION_USER, options)?, values);
    Ok(select.where_null(sessions.column(IMPERSONATED_BY, options)?))
}

fn account(rows: &Rows, username_from: &UsernameFrom, signer: Option<&Arc<dyn CookieSigner>>) -> SourceAccount {
    let Rows { user, .. } = rows;
    let is_credential = |row: &&Row| row.text(0).as_deref() == Some(CREDENTIAL);
    let credential = rows.keys.iter().find(is_credential).map(|row| SourceKey {
        hash: row.filled(2).map_or(SourceHash::Absent, SourceHash::InTable),
        created_at: row.instant(3),
        ..SourceKey::default()
    });
    let key = |row: &Row| SourceKey {
        id: format!("{}:{}", row.text(0).unwrap_or_default(), row.text(1).unwrap_or_default()),
        created_at: row.instant(3),
        ..SourceKey::default()
    };
    let keys: Vec<SourceKey> = rows.keys.iter().filter(|row| !is_credential(row)).map(key).collect();
    let session = |row: &Row| SourceSession {
        token: match (row.filled(0), signer) {
            (Some(token), Some(signer)) => SourceToken::Cookie(signer.cookie(&token)),
            _ => SourceToken::Unusable,
        },
        idle_until: row.instant(1),
        created_at: row.instant(2),
        address: row.filled(3),
        user_agent: row.filled(4),
        ..SourceSession::default()
    };
    SourceAccount {
        user_id: rows.user_id(),
        username: username(user).or_else(|| match username_from {
            UsernameFrom::Column => None,
            UsernameFrom::Email => user.filled(2),
            UsernameFrom::Key(provider) => {
                let ids = keys.iter().filter_map(|key| key.id.split_once(':'));
                ids.filter(|(of, _)| of == provider).map(|(_, id)| id.to_owned()).next()
            }
        }),
        created_at: user.instant(3),
        disabled: user.flag(4),
        disabled_until: user.instant(5),
        second_factor: user.flag(6),
        attributes: user.filled(7),
        username_key: Some(credential.unwrap_or_default()),
        sessions: rows.sessions.iter().map(session).collect(),
        keys,
        ..SourceAccount::default()
    }
}

/// The username as the user writes it, where that is the same name.
fn username(user: &Row) -> Option<String> {
    let key_of = |name: &str| Username::restore(name.to_owned()).key_id();
    let (name, shown) = (user.filled(0)?, user.filled(1));
    Some(shown.filter(|shown| key_of(shown) == key_of(&name)).unwrap_or(name))
}
