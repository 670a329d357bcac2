//! The one query that reads a source: the rows of all its tables, sorted by user, so that each account is read whole with
//! little memory, at one instant, and without an index.

use doorward_domain::ports::{SourceAccount, SourceId};

use super::database::{ForeignConnection, quoted};
use super::options::SessionIds;
use super::row::{Kind, Row};
use super::tables::Table;

/// How a source is read.
pub(super) struct Plan {
    pub(super) tables: Vec<String>,
    pub(super) selects: Vec<Select>,
    pub(super) session_ids: SessionIds,
    /// The account of a user with what belongs to the user.
    pub(super) account: Box<dyn Fn(Rows) -> SourceAccount + Send + Sync>,
}

/// The rows of one table.
pub(super) struct Select {
    kind: Kind,
    table: String,
    user: String,
    values: Vec<Option<String>>,
    condition: String,
}

/// The rows of one user.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) user: Row,
    pub(super) keys: Vec<Row>,
    pub(super) oauth_keys: Vec<Row>,
    pub(super) sessions: Vec<Row>,
}

impl Select {
    /// Reads these columns, or expressions, of a table; `None` where the table has not the column.
    pub(super) fn new(kind: Kind, table: &Table, user: String, values: Vec<Option<String>>) -> Self {
        Self { kind, table: quoted(&table.name), user, values, condition: String::new() }
    }

    /// Reads only rows where the column is NULL.
    pub(super) fn where_null(mut self, column: Option<String>) -> Self {
        if let Some(column) = column {
            self.condition = format!(" WHERE {column} IS NULL");
        }
        self
    }

    fn sql<C: ForeignConnection>(&self) -> String {
        let Self { kind, table, user, values, condition } = self;
        let (digit, user) = (kind.digit(), C::bytes(user));
        let mut row = vec![C::ascii(&digit.to_string()), C::framed(&user)];
        row.extend(values.iter().map(|value| value.as_ref().map_or_else(|| C::ascii(":"), |value| C::framed(value))));
        let row = row.join(" || ");
        format!("SELECT {row} AS packed, {user} AS user_of_row, {digit} AS kind FROM {table}{condition}")
    }
}

impl Plan {
    pub(super) fn sql<C: ForeignConnection>(&self) -> String {
        let selects: Vec<String> = self.selects.iter().map(Select::sql::<C>).collect();
        format!("SELECT packed FROM ({}) AS source_rows ORDER BY user_of_row, kind", selects.join(" UNION ALL "))
    }
}

impl Rows {
    pub(super) fn of(user: Row) -> Self {
        Self { user, ..Self::default() }
    }

    /// Adds a row that belongs to the user.
    pub(super) fn add(&mut self, kind: Kind, row: Row) {
        match kind {
            Kind::Key => self.keys.push(row),
            Kind::OAuthKey => self.oauth_keys.push(row),
            Kind::Session => self.sessions.push(row),
            Kind::User => self.user = row,
        }
    }

    pub(super) fn user_id(&self) -> SourceId {
        self.user.user().map_or(SourceId::Missing, |id| SourceId::Text(String::from_utf8_lossy(id).into_owned()))
    }
}
