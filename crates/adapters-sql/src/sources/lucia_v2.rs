//! Lucia 1 and 2: users, keys and sessions, whose ids are the cookies' texts.

use doorward_domain::ports::{SourceAccount, SourceError, SourceHash, SourceKey, SourceSession, SourceToken};

use super::database::ForeignConnection;
use super::options::{SessionIds, SourceOptions, UsernameFrom};
use super::plan::{Plan, Rows, Select};
use super::row::{Kind, Row};
use super::tables::{self, Field, check_fields};

const TABLES: [[&str; 3]; 5] = [
    ["user", "user_key", "user_session"],
    ["auth_user", "user_key", "user_session"],
    ["auth_user", "auth_key", "auth_session"],
    ["User", "Key", "Session"],
    ["user", "key", "session"],
];

const USER_ID: Field = ("userId", &["id"]);
const USERNAME: Field = ("username", &["username"]);
const EMAIL: Field = ("email", &["email"]);
const CREATED_AT: Field = ("createdAt", &["created_at", "createdAt"]);
/// Columns that apps add for a second factor: the key of a code generator, or whether there is one.
pub(super) const SECOND_FACTOR: Field = (
    "secondFactor",
    &[
        "totp_key",
        "totpKey",
        "totp_secret",
        "totpSecret",
        "two_factor_secret",
        "twoFactorSecret",
        "two_factor_enabled",
        "twoFactorEnabled",
    ],
);
const KEY_ID: Field = ("keyId", &["id"]);
const KEY_USER: Field = ("keyUserId", &["user_id", "userId"]);
const KEY_HASH: Field = ("passwordHash", &["hashed_password", "hashedPassword"]);
/// Keys of version 1 that expired after one use.
const KEY_EXPIRES: Field = ("keyExpires", &["expires"]);
const SESSION_ID: Field = ("sessionId", &["id"]);
const SESSION_USER: Field = ("sessionUserId", &["user_id", "userId"]);
const ACTIVE_EXPIRES: Field = ("activeExpires", &["active_expires", "activeExpires"]);
const IDLE_EXPIRES: Field = ("idleExpires", &["idle_expires", "idleExpires"]);

const FIELDS: [Field; 13] = [
    USER_ID,
    USERNAME,
    EMAIL,
    CREATED_AT,
    SECOND_FACTOR,
    KEY_ID,
    KEY_USER,
    KEY_HASH,
    KEY_EXPIRES,
    SESSION_ID,
    SESSION_USER,
    ACTIVE_EXPIRES,
    IDLE_EXPIRES,
];

pub(super) async fn plan<C: ForeignConnection>(
    connection: &mut C,
    options: &SourceOptions,
    place: &str,
) -> Result<Plan, SourceError> {
    check_fields(options, &FIELDS)?;
    let named = [options.user_table.as_ref(), options.key_table.as_ref(), options.session_table.as_ref()];
    let [users, keys, sessions] = tables::find(connection, &TABLES, named, place).await?;
    let bytes = |column: Option<String>| column.map(|column| C::bytes(&column));
    let (id, username) = (users.required(USER_ID, options)?, users.column(USERNAME, options)?);
    let attributes = users.attributes(options, &[&id].into_iter().chain(&username).collect::<Vec<_>>())?;
    let user = vec![
        bytes(username),
        bytes(users.column(EMAIL, options)?),
        bytes(users.column(CREATED_AT, options)?),
        bytes(users.column(SECOND_FACTOR, options)?),
        (!attributes.is_empty()).then(|| C::object(&attributes)),
    ];
    let key = vec![bytes(Some(keys.required(KEY_ID, options)?)), bytes(Some(keys.required(KEY_HASH, options)?))];
    let mut selects = vec![
        Select::new(Kind::User, &users, id, user),
        Select::new(Kind::Key, &keys, keys.required(KEY_USER, options)?, key)
            .where_null(keys.column(KEY_EXPIRES, options)?),
    ];
    if !options.without_sessions {
        let session = vec![
            bytes(Some(sessions.required(SESSION_ID, options)?)),
            bytes(Some(sessions.required(ACTIVE_EXPIRES, options)?)),
            bytes(Some(sessions.required(IDLE_EXPIRES, options)?)),
        ];
        selects.push(Select::new(Kind::Session, &sessions, sessions.required(SESSION_USER, options)?, session));
    }
    let username_from = options.username_from.clone();
    Ok(Plan {
        tables: [&users, &keys, &sessions].map(|table| table.name.clone()).into(),
        selects,
        session_ids: SessionIds::Plain,
        account: Box::new(move |rows| account(&rows, &username_from)),
    })
}

fn account(rows: &Rows, username_from: &UsernameFrom) -> SourceAccount {
    let key = |row: &Row| SourceKey {
        id: row.text(0).unwrap_or_default(),
        hash: row.text(1).map_or(SourceHash::Absent, SourceHash::InTable),
        ..SourceKey::default()
    };
    let mut keys: Vec<SourceKey> = rows.keys.iter().map(key).collect();
    let place_of = |keys: &[SourceKey], provider: &str| {
        keys.iter().position(|key| key.id.split_once(':').is_some_and(|(of, _)| of == provider))
    };
    let own = place_of(&keys, "username").map(|place| keys.remove(place));
    // The key of another provider stays beside that of the name.
    let named = match (&own, username_from) {
        (None, UsernameFrom::Key(provider)) => place_of(&keys, provider).map(|place| keys[place].clone()),
        _ => None,
    };
    let username_key = own.or(named);
    let login_name = username_key.as_ref().and_then(|key| key.id.split_once(':')).map(|(_, id)| id.to_owned());
    let email = || rows.user.filled(1).filter(|_| *username_from == UsernameFrom::Email);
    let session = |row: &Row| SourceSession {
        token: row.text(0).map_or(SourceToken::Unusable, SourceToken::Cookie),
        active_until: row.instant(1),
        idle_until: row.instant(2),
        ..SourceSession::default()
    };
    SourceAccount {
        user_id: rows.user_id(),
        username: rows.user.filled(0).or_else(|| login_name.is_none().then(email).flatten()),
        login_name,
        created_at: rows.user.instant(2),
        second_factor: rows.user.flag(3),
        attributes: rows.user.filled(4),
        username_key: Some(username_key.unwrap_or_default()),
        keys,
        sessions: rows.sessions.iter().map(session).collect(),
        ..SourceAccount::default()
    }
}
