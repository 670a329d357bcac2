//! Fills a store with users and sessions.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

/// Makes this program fill a store. Two arguments follow: the store's URL and the number of sessions.
pub const FLAG: &str = "--seed-store";

/// All [`dead_sessions`] are dead at this time, in milliseconds since 1970.
pub const DEAD_BY_MILLIS: i64 = 1_600_000_000_000;

/// A hash that no password matches.
const HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

/// Writes this many live sessions into a store that has its schema, and a user for every four of them. Their tokens and
/// passwords are unknown.
pub async fn live_sessions(url: &str, count: u32) {
    let users = count.div_ceil(4);
    let dialect = Dialect::of(url);
    let Dialect { now, numbers, random_id, .. } = dialect;
    let sql = format!(
        "{}INSERT INTO users (id, username, created_at) \
             SELECT id, 'seeded-' || id, {now} FROM (SELECT {random_id} AS id FROM {numbers}) AS made ORDER BY id; \
         INSERT INTO user_keys (id, user_id, password_hash, created_at) \
             SELECT 'username:' || username, id, '{HASH}', created_at FROM users WHERE username LIKE 'seeded-%' \
             ON CONFLICT (id) DO NOTHING; {}",
        dialect.busy_timeout,
        dialect.sessions(count, &format!("{now}, {}, {}", dialect.tomorrow, dialect.in_two_weeks)),
        numbers = numbers.replace('$', &users.to_string()),
    );
    run(url, &sql).await;
    if url.starts_with("postgres") {
        run(url, "VACUUM ANALYZE").await;
    }
}

/// Writes this many sessions that expired years ago.
pub async fn dead_sessions(url: &str, count: u32) {
    let dialect = Dialect::of(url);
    let sql = format!("{}{}", dialect.busy_timeout, dialect.sessions(count, dialect.long_ago));
    run(url, &sql).await;
}

/// The SQL expressions that differ between the stores.
struct Dialect {
    busy_timeout: &'static str,
    /// The table of numbers `n` up to `$`.
    numbers: &'static str,
    random_id: &'static str,
    random_token: &'static str,
    now: &'static str,
    tomorrow: &'static str,
    /// A different instant for each row.
    in_two_weeks: &'static str,
    /// The instants of a dead session: created, active until, idle until.
    long_ago: &'static str,
}

impl Dialect {
    fn of(url: &str) -> Self {
        if url.starts_with("sqlite:") {
            Self {
                busy_timeout: "PRAGMA busy_timeout = 60000; PRAGMA cache_size = -500000; ",
                numbers: "(WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < $) SELECT n FROM up)",
                random_id: "lower(hex(randomblob(16)))",
                random_token: "randomblob(32)",
                now: "unixepoch() * 1000",
                tomorrow: "unixepoch() * 1000 + 86400000",
                in_two_weeks: "unixepoch() * 1000 + 1296000000 + n",
                long_ago: "1500000000000, 1500000000000, 1600000000000 - n",
            }
        } else {
            Self {
                busy_timeout: "",
                numbers: "generate_series(1, $) AS numbers (n)",
                random_id: "md5(random()::text || random()::text)",
                random_token: "sha256((random()::text || random()::text)::bytea)",
                now: "now()",
                tomorrow: "now() + interval '1 day'",
                in_two_weeks: "now() + interval '15 days' + n * interval '1 ms'",
                long_ago: "to_timestamp(1500000000), to_timestamp(1500000000), to_timestamp(1600000000 - n / 1000.0)",
            }
        }
    }

    /// Inserts sessions, spread evenly over the users, with these values for created, active until and idle until.
    fn sessions(&self, count: u32, instants: &str) -> String {
        let Self { numbers, random_id, random_token, .. } = self;
        let numbers = numbers.replace('$', &count.to_string());
        format!(
            "INSERT INTO sessions \
             (token_hash, id, user_id, created_at, active_expires_at, idle_expires_at, user_agent, address) \
             SELECT {random_token}, {random_id}, owner.id, {instants}, '{USER_AGENT}', '203.0.113.7' FROM {numbers} \
             JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM users) AS owner \
             ON owner.place = n % (SELECT count(*) FROM users) ORDER BY 1"
        )
    }
}

async fn run(url: &str, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await.expect("a way to the file");
        connection.execute(sql).await.expect("good SQL");
        connection.close().await.expect("a clean close");
    } else {
        let mut connection = PgConnection::connect(url).await.expect("a way to the server");
        connection.execute(sql).await.expect("good SQL");
        connection.close().await.expect("a clean close");
    }
}
