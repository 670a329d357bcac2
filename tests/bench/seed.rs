//! Fills a store with sessions, as if many people had signed in.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

/// Makes this program fill a store: the flag, the store's URL, how many sessions.
pub const FLAG: &str = "--seed-store";

/// Writes so many live sessions of one more user into a store that has its schema. Their tokens nobody knows.
pub async fn sessions(url: &str, count: u32) {
    const USER: &str = "INSERT INTO users (id, username, created_at) VALUES ('seeded', 'seeded', ";
    const COLUMNS: &str = "INSERT INTO sessions \
         (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at) SELECT ";
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("a way to the file");
        let now = "unixepoch() * 1000";
        let sql = format!(
            "PRAGMA busy_timeout = 60000; {USER}{now}); \
             WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) \
             {COLUMNS} randomblob(32), 'seeded-' || n, 'seeded', {now}, {now} + 86400000, {now} + 1296000000 + n FROM numbers"
        );
        connection.execute(AssertSqlSafe(sql)).await.expect("good SQL");
        connection.close().await.expect("a polite end");
    } else {
        let mut connection = PgConnection::connect(url).await.expect("a way to the server");
        let sql = format!(
            "{USER}now()); {COLUMNS} sha256(('seeded-' || n)::bytea), 'seeded-' || n, 'seeded', now(), \
             now() + interval '1 day', now() + interval '15 days' FROM generate_series(1, {count}) AS n; \
             ANALYZE sessions"
        );
        connection.execute(AssertSqlSafe(sql)).await.expect("good SQL");
        connection.close().await.expect("a polite end");
    }
}
