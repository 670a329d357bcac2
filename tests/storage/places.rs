//! Where the stores under test are, and ways to them that the ports do not have.

use std::sync::Arc;

use doorward_adapters_sql::{ConnectError, Store, StoreUrl, connect};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

use crate::support;

/// A place for a store of one test. Clones are the same place.
#[derive(Clone)]
pub struct Place {
    /// What `DATABASE_URL` would be.
    pub url: String,
    /// Statements after which a user's row, or all that belongs to it, cannot be read.
    pub rubbish: &'static [&'static str],
    /// The URL of the role that owns the database, where that of the store is another one.
    owner: Option<String>,
    _folder: Option<Arc<TempDir>>,
}

pub async fn sqlite() -> Option<Place> {
    const RUBBISH: &[&str] = &[
        "UPDATE users SET created_at = -1",
        "UPDATE users SET created_at = 9223372036854775807",
        "UPDATE users SET username = CAST(x'ff' AS TEXT)",
        "UPDATE users SET attributes = '[]'",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("doorward.db").display());
    Some(Place { url, rubbish: RUBBISH, owner: None, _folder: Some(Arc::new(folder)) })
}

pub async fn postgres() -> Option<Place> {
    const RUBBISH: &[&str] = &[
        "UPDATE users SET created_at = 'infinity'",
        "UPDATE users SET created_at = '-infinity'",
        "UPDATE users SET created_at = '1969-12-31T23:59:59.999Z'",
        "UPDATE users SET attributes = '[]'",
    ];
    let url = support::postgres::database().await?;
    Some(Place { url, rubbish: RUBBISH, owner: None, _folder: None })
}

/// A database whose owner has migrated it, for the role that `docs/operations.md` lets read and write rows alone.
pub async fn postgres_by_rows() -> Option<Place> {
    let place = postgres_of_rows_before_its_first_start().await?;
    let owner = place.owner.clone().expect("a role that owns the database");
    Place::at(owner).open().await.close().await;
    Some(place)
}

/// As [`postgres_by_rows`], and nothing has migrated it.
pub async fn postgres_of_rows_before_its_first_start() -> Option<Place> {
    let owned = postgres().await?;
    let role =
        "DO $$ BEGIN CREATE ROLE rows LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
    owned.run(role).await;
    let page = include_str!("../../docs/operations.md");
    let (_, rights) = page.split_once("```sql\nREVOKE CREATE").expect("the rights in the page");
    let (rights, _) = rights.split_once("```").expect("the end of the rights");
    owned.run(&format!("REVOKE CREATE{}", rights.replace("doorward_rows", "rows"))).await;
    let url = owned.url.replace("//doorward@", "//rows@");
    Some(Place { url, owner: Some(owned.url), ..owned })
}

impl Place {
    /// A store at this URL, which the test made.
    pub fn at(url: String) -> Self {
        Self { url, rubbish: &[], owner: None, _folder: None }
    }

    pub async fn try_open(&self) -> Result<Store, ConnectError> {
        let url: StoreUrl = self.url.parse().expect("a good URL");
        connect(&url).await
    }

    pub async fn open(&self) -> Store {
        self.try_open().await.expect("a store that opens")
    }

    /// The URL of who may do everything.
    fn behind(&self) -> &str {
        self.owner.as_ref().unwrap_or(&self.url)
    }

    /// Runs statements behind the store's back.
    pub async fn run(&self, sql: &str) {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("a way to the file");
            connection.execute(sql).await.expect("good SQL");
            connection.close().await.expect("a polite end");
        } else {
            let mut connection = PgConnection::connect(self.behind()).await.expect("a way to the server");
            connection.execute(sql).await.expect("good SQL");
            connection.close().await.expect("a polite end");
        }
    }

    /// Copies the only session this many times, each opened a millisecond before the one before.
    pub async fn add_older_sessions(&self, count: u32) {
        let (numbers, random, earlier) = if self.url.starts_with("sqlite:") {
            let numbers =
                "(WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < $) SELECT n FROM up)";
            (numbers, "randomblob(32)", "created_at - n")
        } else {
            ("generate_series(1, $) AS numbers (n)", "sha256(n::text::bytea)", "created_at - n * interval '1 ms'")
        };
        let numbers = numbers.replace('$', &count.to_string());
        self.run(&format!(
            "INSERT INTO sessions (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at) \
             SELECT {random}, 'older' || n, user_id, {earlier}, active_expires_at, idle_expires_at \
             FROM sessions JOIN {numbers} ON true"
        ))
        .await;
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let query = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        if self.url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(&self.url).await.expect("a way to the file");
            sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("a number")
        } else {
            let mut connection = PgConnection::connect(self.behind()).await.expect("a way to the server");
            sqlx::query_scalar(query).fetch_one(&mut connection).await.expect("a number")
        }
    }

    /// All that is stored, as text: on SQLite the bytes of the file and its journal, on PostgreSQL every row.
    pub async fn dump(&self) -> String {
        if let Some(file) = self.url.strip_prefix("sqlite://") {
            let parts = ["", "-wal"].map(|suffix| std::fs::read(format!("{file}{suffix}")).unwrap_or_default());
            return String::from_utf8_lossy(&parts.concat()).into_owned();
        }
        let mut connection = PgConnection::connect(self.behind()).await.expect("a way to the server");
        let mut rows = Vec::new();
        for table in ["users", "user_keys", "sessions", "recovery_codes", "sign_in_events"] {
            let query = AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
            rows.extend(sqlx::query_scalar::<_, String>(query).fetch_all(&mut connection).await.expect("rows"));
        }
        rows.join("\n")
    }
}
