//! The one query that reads a source: the rows of all its tables, sorted by user, so that each account is read whole with
//! little memory, at one instant, and without an index.

use doorward_domain::ports::{SourceAccount, SourceId, SourceInstant};

use super::database::{ForeignConnection, ForeignRow, quoted};
use super::options::SessionIds;
use super::tables::Table;

/// The kinds of rows. The user's comes before what belongs to the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User = 0,
    Key = 1,
    OAuthKey = 2,
    Session = 3,
}

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
    pub(super) id: Option<Vec<u8>>,
    pub(super) user: Values,
    pub(super) keys: Vec<Values>,
    pub(super) oauth_keys: Vec<Values>,
    pub(super) sessions: Vec<Values>,
}

/// The values of one row.
#[derive(Default)]
pub(super) struct Values(Vec<Option<Vec<u8>>>);

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

    fn sql<C: ForeignConnection>(&self, width: usize) -> String {
        let Self { kind, table, user, values, condition } = self;
        let mut columns: Vec<String> =
            values.iter().map(|value| value.clone().unwrap_or_else(|| C::NULL.to_owned())).collect();
        columns.resize(width, C::NULL.to_owned());
        let (kind, user, columns) = (*kind as i64, C::bytes(user), columns.join(", "));
        format!("SELECT CAST({kind} AS bigint) AS kind, {user} AS user_of_row, {columns} FROM {table}{condition}")
    }
}

impl Plan {
    /// The most values of a row.
    pub(super) fn width(&self) -> usize {
        self.selects.iter().map(|select| select.values.len()).max().unwrap_or_default()
    }

    pub(super) fn sql<C: ForeignConnection>(&self) -> String {
        let selects: Vec<String> = self.selects.iter().map(|select| select.sql::<C>(self.width())).collect();
        format!("{} ORDER BY 2, 1", selects.join(" UNION ALL "))
    }
}

impl Rows {
    pub(super) fn of(row: ForeignRow) -> Self {
        Self { id: row.user, user: Values(row.values), ..Self::default() }
    }

    /// Adds a row that belongs to the user.
    pub(super) fn add(&mut self, row: ForeignRow) {
        let values = Values(row.values);
        match row.kind {
            kind if kind == Kind::Key as i64 => self.keys.push(values),
            kind if kind == Kind::OAuthKey as i64 => self.oauth_keys.push(values),
            _ => self.sessions.push(values),
        }
    }

    pub(super) fn user_id(&self) -> SourceId {
        self.id.as_deref().map_or(SourceId::Missing, |id| SourceId::Text(String::from_utf8_lossy(id).into_owned()))
    }
}

impl Values {
    /// The text of a value. What is no UTF-8 has a U+0000, which no name, id, hash or token may have.
    pub(super) fn text(&self, value: usize) -> Option<String> {
        let bytes = self.0.get(value)?.as_deref()?;
        Some(String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| "\0".to_owned()))
    }

    /// A text that is not empty.
    pub(super) fn filled(&self, value: usize) -> Option<String> {
        self.text(value).filter(|text| !text.is_empty())
    }

    pub(super) fn instant(&self, value: usize) -> SourceInstant {
        self.filled(value).map_or(SourceInstant::Absent, SourceInstant::Text)
    }

    /// Whether a value is true, in any form that databases have for it.
    pub(super) fn flag(&self, value: usize) -> bool {
        self.filled(value).is_some_and(|text| !matches!(text.as_str(), "0" | "0.0" | "false" | "f"))
    }
}
