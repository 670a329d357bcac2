//! The tables and columns of a source.

use doorward_domain::ports::SourceError;

use super::database::{Column, ForeignConnection, quoted};
use super::open::unreadable;
use super::options::{AttributeColumns, SourceOptions};

/// A table of a source.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<Column>,
}

/// A field that an import reads: its name for `--column`, and the columns that hold it unless that says otherwise.
pub(super) type Field = (&'static str, &'static [&'static str]);

/// Parts of names of columns that are no attributes unless they are named one by one.
const SECRETS: [&str; 6] = ["password", "hash", "secret", "token", "otp", "salt"];

impl Table {
    /// The column of a field, as SQL writes it.
    pub(super) fn column(&self, (field, names): Field, options: &SourceOptions) -> Result<Option<String>, SourceError> {
        let chosen = options.columns.iter().find(|(name, _)| is_same_field(name, field)).map(|(_, column)| column);
        match chosen {
            Some(column) if self.has(column) => Ok(Some(quoted(column))),
            Some(column) => Err(SourceError::Lacks(format!("the table {} has no column {column}", self.name))),
            None => Ok(names.iter().find(|name| self.has(name)).map(|name| quoted(name))),
        }
    }

    /// The column of a field that must be there.
    pub(super) fn required(&self, field: Field, options: &SourceOptions) -> Result<String, SourceError> {
        self.column(field, options)?.ok_or_else(|| {
            let (name, columns) = field;
            let line = format!("the table {} has no column {}", self.name, columns.join(" or "));
            SourceError::Lacks(format!("{line}; name it with --column {name}=COLUMN"))
        })
    }

    /// The columns that become attributes. `used` are those that are read for something else.
    pub(super) fn attributes(&self, options: &SourceOptions, used: &[&String]) -> Result<Vec<String>, SourceError> {
        let is_attribute = |column: &&Column| {
            let name = column.name.to_lowercase();
            let is_used = used.iter().any(|used| **used == quoted(&column.name));
            !column.is_binary && !is_used && !SECRETS.iter().any(|secret| name.contains(secret))
        };
        match &options.attributes {
            AttributeColumns::None => Ok(vec![]),
            AttributeColumns::All => {
                Ok(self.columns.iter().filter(is_attribute).map(|column| column.name.clone()).collect())
            }
            AttributeColumns::Named(names) => match names.iter().find(|name| !self.has(name)) {
                None => Ok(names.clone()),
                Some(name) => Err(SourceError::Lacks(format!("the table {} has no column {name}", self.name))),
            },
        }
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }
}

/// Finds the first of these sets of which each table is there. Tables that the operator names take the place of those at
/// the same position.
pub(super) async fn find<const TABLES: usize>(
    connection: &mut impl ForeignConnection,
    sets: &[[&str; TABLES]],
    named: [Option<&String>; TABLES],
    place: &str,
) -> Result<[Table; TABLES], SourceError> {
    for set in sets {
        let mut tables = Vec::with_capacity(TABLES);
        for (usual, named) in set.iter().zip(named) {
            let name = named.map_or(*usual, String::as_str);
            let columns = connection.columns(name).await.map_err(|error| unreadable(place, error))?;
            if !columns.is_empty() {
                tables.push(Table { name: name.to_owned(), columns });
            }
        }
        if let Ok(tables) = tables.try_into() {
            return Ok(tables);
        }
    }
    let sets: Vec<String> = sets.iter().map(|set| set.join(", ")).collect();
    Err(SourceError::Lacks(format!(
        "{place} has none of these sets of tables: {}; name others with --user-table, --key-table and --session-table",
        sets.join("; ")
    )))
}

/// Whether two names of a field differ in letter case and underscores alone.
fn is_same_field(one: &str, other: &str) -> bool {
    let letters = |name: &str| name.replace('_', "").to_lowercase();
    letters(one) == letters(other)
}

/// Refuses a `--column` of a field that the system does not have.
pub(super) fn check_fields(options: &SourceOptions, fields: &[Field]) -> Result<(), SourceError> {
    let is_known = |name: &str| fields.iter().any(|(field, _)| is_same_field(name, field));
    match options.columns.iter().find(|(name, _)| !is_known(name)) {
        None => Ok(()),
        Some((name, _)) => {
            let known: Vec<&str> = fields.iter().map(|(field, _)| *field).collect();
            Err(SourceError::Wrong(format!("--column {name}: the field must be one of {}", known.join(", "))))
        }
    }
}
