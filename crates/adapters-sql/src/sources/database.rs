//! What each database supplies to read a foreign schema. Every value is read as the bytes of its text, whatever its type is.

use futures_util::stream::BoxStream;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};

/// A column of a foreign table.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) is_binary: bool,
}

/// A database that can be a source.
pub(super) trait ForeignConnection: Connection + Send + 'static {
    /// Begins a transaction that reads, all of it at one instant.
    const BEGIN: &'static str;

    /// The bytes of the text of a column.
    fn bytes(column: &str) -> String;

    /// The bytes of an ASCII text without quotes.
    fn ascii(text: &str) -> String;

    /// Bytes behind their number and a colon, or a colon alone where they are NULL.
    fn framed(bytes: &str) -> String;

    /// The bytes of a JSON object with these columns, without those that are NULL.
    fn object(columns: &[String]) -> String;

    /// Whether the text of a column is 64 lower-case hexadecimal digits.
    fn is_digest(column: &str) -> String;

    /// The columns of a table; none where there is no such table.
    fn columns(&mut self, table: &str) -> impl Future<Output = sqlx::Result<Vec<Column>>> + Send;

    /// Runs a statement and returns the number in its first row, if there is one.
    fn number(&mut self, sql: String) -> impl Future<Output = sqlx::Result<Option<i64>>> + Send;

    /// Runs a query of one value a row, and returns its bytes.
    fn rows(&mut self, sql: String) -> BoxStream<'_, sqlx::Result<Vec<u8>>>;
}

/// A name as SQL writes it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Columns of one object: functions of SQLite take 127 values, those of PostgreSQL 100.
const COLUMNS_AT_ONCE: usize = 40;

impl ForeignConnection for SqliteConnection {
    const BEGIN: &'static str = "BEGIN DEFERRED";

    fn bytes(column: &str) -> String {
        format!("CAST({column} AS BLOB)")
    }

    fn ascii(text: &str) -> String {
        literal(text)
    }

    fn framed(bytes: &str) -> String {
        format!("coalesce(length({bytes}) || ':' || {bytes}, ':')")
    }

    fn object(columns: &[String]) -> String {
        let member = |name: &String| {
            let column = quoted(name);
            format!("{}, CASE typeof({column}) WHEN 'blob' THEN NULL ELSE {column} END", literal(name))
        };
        // A merge patch drops what is null.
        let object = columns.chunks(COLUMNS_AT_ONCE).fold("'{}'".to_owned(), |object, columns| {
            let members: Vec<String> = columns.iter().map(member).collect();
            format!("json_patch({object}, json_object({}))", members.join(", "))
        });
        Self::bytes(&object)
    }

    fn is_digest(column: &str) -> String {
        format!("length({column}) = 64 AND {column} NOT GLOB '*[^0-9a-f]*'")
    }

    async fn columns(&mut self, table: &str) -> sqlx::Result<Vec<Column>> {
        let query = sqlx::query("SELECT name, type FROM pragma_table_info($1)").bind(table);
        let column = |row: SqliteRow| {
            let (name, kind): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            Ok(Column { name, is_binary: kind.eq_ignore_ascii_case("blob") })
        };
        query.fetch_all(self).await?.into_iter().map(column).collect()
    }

    async fn number(&mut self, sql: String) -> sqlx::Result<Option<i64>> {
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_optional(self).await?;
        row.map(|row| row.try_get(0)).transpose()
    }

    fn rows(&mut self, sql: String) -> BoxStream<'_, sqlx::Result<Vec<u8>>> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch(self)
    }
}

impl ForeignConnection for PgConnection {
    const BEGIN: &'static str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    fn bytes(column: &str) -> String {
        format!("convert_to(CAST({column} AS text), 'UTF8')")
    }

    fn ascii(text: &str) -> String {
        format!("CAST({} AS bytea)", literal(text))
    }

    fn framed(bytes: &str) -> String {
        format!("coalesce(convert_to(octet_length({bytes}) || ':', 'UTF8') || {bytes}, CAST(':' AS bytea))")
    }

    fn object(columns: &[String]) -> String {
        let member = |name: &String| format!("{}, {}", literal(name), quoted(name));
        let objects: Vec<String> = columns
            .chunks(COLUMNS_AT_ONCE)
            .map(|columns| {
                let members: Vec<String> = columns.iter().map(member).collect();
                format!("jsonb_build_object({})", members.join(", "))
            })
            .collect();
        Self::bytes(&format!("jsonb_strip_nulls({})", objects.join(" || ")))
    }

    fn is_digest(column: &str) -> String {
        format!("CAST({column} AS text) ~ '^[0-9a-f]{{64}}$'")
    }

    async fn columns(&mut self, table: &str) -> sqlx::Result<Vec<Column>> {
        // The information schema hides tables that the role may not read.
        const COLUMNS: &str = "SELECT CAST(attname AS text), format_type(atttypid, NULL) FROM pg_attribute \
             WHERE attrelid = to_regclass(quote_ident($1)) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
        let column = |row: PgRow| {
            let (name, kind): (String, String) = (row.try_get(0)?, row.try_get(1)?);
            Ok(Column { name, is_binary: kind == "bytea" })
        };
        sqlx::query(COLUMNS).bind(table).fetch_all(self).await?.into_iter().map(column).collect()
    }

    async fn number(&mut self, sql: String) -> sqlx::Result<Option<i64>> {
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_optional(self).await?;
        row.map(|row| row.try_get(0)).transpose()
    }

    fn rows(&mut self, sql: String) -> BoxStream<'_, sqlx::Result<Vec<u8>>> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch(self)
    }
}
