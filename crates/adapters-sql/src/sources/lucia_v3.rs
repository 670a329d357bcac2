//! Lucia 3, whose session ids are the cookies' texts, and the code that its site offers since, which stores their SHA-256.

use doorward_domain::ports::{SourceAccount, SourceError, SourceHash, SourceKey, SourceSession, SourceToken};

use super::database::{ForeignConnection, quoted};
use super::lucia_v2::SECOND_FACTOR;
use super::open::unreadable;
use super::options::{SessionIds, SourceOptions, UsernameFrom};
use super::plan::{Plan, Rows, Select};
use super::row::{Kind, Row};
use super::tables::{self, Field, Table, check_fields};

const TABLES: [[&str; 2]; 3] = [["user", "session"], ["auth_user", "user_session"], ["User", "Session"]];

const USER_ID: Field = ("userId", &["id"]);
const USERNAME: Field = ("username", &["username"]);
const EMAIL: Field = ("email", &["email"]);
const CREATED_AT: Field = ("createdAt", &["created_at", "createdAt"]);
const PASSWORD_HASH: Field = ("passwordHash", &["password_hash", "hashed_password", "passwordHash", "hashedPassword"]);
const PROVIDER: Field = ("providerId", &["provider_id", "providerId", "provider"]);
const PROVIDER_USER: Field =
    ("providerUserId", &["provider_user_id", "providerUserId", "provider_account_id", "providerAccountId"]);
const OAUTH_USER: Field = ("oauthUserId", &["user_id", "userId"]);
const SESSION_ID: Field = ("sessionId", &["id"]);
const SESSION_USER: Field = ("sessionUserId", &["user_id", "userId"]);
const EXPIRES_AT: Field = ("expiresAt", &["expires_at", "expiresAt"]);
/// Beside an id it makes the cookie `ID.SECRET`, of which the secret is not stored.
const SECRET_HASH: Field = ("secretHash", &["secret_hash", "secretHash"]);

const FIELDS: [Field; 13] = [
    USER_ID,
    USERNAME,
    EMAIL,
    CREATED_AT,
    SECOND_FACTOR,
    PASSWORD_HASH,
    PROVIDER,
    PROVIDER_USER,
    OAUTH_USER,
    SESSION_ID,
    SESSION_USER,
    EXPIRES_AT,
    SECRET_HASH,
];

pub(super) async fn plan<C: ForeignConnection>(
    connection: &mut C,
    options: &SourceOptions,
    place: &str,
) -> Result<Plan, SourceError> {
    check_fields(options, &FIELDS)?;
    let named = [options.user_table.as_ref(), options.session_table.as_ref()];
    let [users, sessions] = tables::find(connection, &TABLES, named, place).await?;
    let bytes = |column: Option<String>| column.map(|column| C::bytes(&column));
    let (id, username) = (users.required(USER_ID, options)?, users.column(USERNAME, options)?);
    let hash = users.column(PASSWORD_HASH, options)?;
    let used: Vec<&String> = [&id].into_iter().chain(&username).chain(&hash).collect();
    let attributes = users.attributes(options, &used)?;
    let user = vec![
        bytes(username),
        bytes(users.column(EMAIL, options)?),
        bytes(users.column(CREATED_AT, options)?),
        bytes(hash),
        bytes(users.column(SECOND_FACTOR, options)?),
        (!attributes.is_empty()).then(|| C::object(&attributes)),
    ];
    let mut selects = vec![Select::new(Kind::User, &users, id, user)];
    let secret = sessions.column(SECRET_HASH, options)?;
    let has_secrets = secret.is_some();
    let mut session_ids = options.session_ids.unwrap_or(SessionIds::Plain);
    if !options.without_sessions {
        let session_id = sessions.required(SESSION_ID, options)?;
        if options.session_ids.is_none() {
            session_ids = find_session_ids(connection, &sessions, &session_id, place).await?;
        }
        let expires = match secret {
            Some(_) => sessions.column(EXPIRES_AT, options)?,
            None => Some(sessions.required(EXPIRES_AT, options)?),
        };
        let session = vec![bytes(Some(session_id)), bytes(expires)];
        selects.push(Select::new(Kind::Session, &sessions, sessions.required(SESSION_USER, options)?, session));
    }
    let mut plan = Plan {
        tables: vec![users.name.clone(), sessions.name.clone()],
        selects,
        session_ids,
        account: Box::new({
            let username_from = options.username_from.clone();
            move |rows| account(&rows, &username_from, session_ids, has_secrets)
        }),
    };
    if let Some(name) = &options.oauth_table {
        let [oauth] = tables::find(connection, &[[name.as_str()]], [None], place).await?;
        let key =
            vec![bytes(Some(oauth.required(PROVIDER, options)?)), bytes(Some(oauth.required(PROVIDER_USER, options)?))];
        plan.selects.push(Select::new(Kind::OAuthKey, &oauth, oauth.required(OAUTH_USER, options)?, key));
        plan.tables.push(oauth.name);
    }
    Ok(plan)
}

/// The ids are digests where each has the form of one.
async fn find_session_ids<C: ForeignConnection>(
    connection: &mut C,
    sessions: &Table,
    id: &str,
    place: &str,
) -> Result<SessionIds, SourceError> {
    let (table, is_digest) = (quoted(&sessions.name), C::is_digest(id));
    let one = |condition: String| format!("SELECT CAST(1 AS bigint) FROM {table}{condition} LIMIT 1");
    let mut exists = async |condition: String| {
        let found = connection.number(one(condition)).await;
        found.map(|found| found.is_some()).map_err(|error| unreadable(place, error))
    };
    let all_are_digests = exists(String::new()).await? && !exists(format!(" WHERE NOT ({is_digest})")).await?;
    Ok(if all_are_digests { SessionIds::Sha256 } else { SessionIds::Plain })
}

fn account(rows: &Rows, username_from: &UsernameFrom, session_ids: SessionIds, has_secrets: bool) -> SourceAccount {
    let key = |row: &Row| SourceKey {
        id: format!("{}:{}", row.text(0).unwrap_or_default(), row.text(1).unwrap_or_default()),
        ..SourceKey::default()
    };
    let keys: Vec<SourceKey> = rows.oauth_keys.iter().map(key).collect();
    let other_name = || match username_from {
        UsernameFrom::Column => None,
        UsernameFrom::Email => rows.user.filled(1),
        UsernameFrom::Key(provider) => {
            let ids = keys.iter().filter_map(|key| key.id.split_once(':'));
            ids.filter(|(of, _)| of == provider).map(|(_, id)| id.to_owned()).next()
        }
    };
    let token = |id: String| match session_ids {
        _ if has_secrets => SourceToken::Unusable,
        SessionIds::Plain => SourceToken::Cookie(id),
        SessionIds::Sha256 => SourceToken::Sha256(id),
    };
    let session = |row: &Row| SourceSession {
        token: row.text(0).map_or(SourceToken::Unusable, token),
        idle_until: row.instant(1),
        ..SourceSession::default()
    };
    let hash = rows.user.filled(3).map_or(SourceHash::Absent, SourceHash::InTable);
    SourceAccount {
        user_id: rows.user_id(),
        username: rows.user.filled(0).or_else(other_name),
        created_at: rows.user.instant(2),
        second_factor: rows.user.flag(4),
        attributes: rows.user.filled(5),
        username_key: Some(SourceKey { hash, ..SourceKey::default() }),
        sessions: rows.sessions.iter().map(session).collect(),
        keys,
        ..SourceAccount::default()
    }
}
