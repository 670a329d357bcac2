//! Statements with as many values as there are rows.

use std::fmt::Write;

use doorward_domain::ports::StoreError;
use sqlx::{AssertSqlSafe, SqlSafeStr};

use crate::checked_out::CheckedOut;
use crate::dialect::Dialect;
use crate::value::Value;

/// Rows or ids a statement. With ten columns a statement has 2,000 values; SQLite takes 32,766 and PostgreSQL 65,535.
const AT_ONCE: usize = 200;

/// An `INSERT` of any number of rows.
pub(crate) struct Insert {
    /// Up to the rows.
    pub(crate) start: &'static str,
    /// Behind the rows.
    pub(crate) end: &'static str,
}

impl<DB: Dialect> CheckedOut<DB> {
    /// Inserts rows, and returns how many were inserted.
    pub(crate) async fn insert<const COLUMNS: usize>(
        &mut self,
        insert: &Insert,
        rows: &[[Value<'_>; COLUMNS]],
    ) -> Result<u64, StoreError> {
        let mut inserted = 0;
        for rows in rows.chunks(AT_ONCE) {
            let sql = format!("{} {} {}", insert.start, placeholders::<DB>(rows.len(), COLUMNS), insert.end);
            inserted += self.execute_built(AssertSqlSafe(sql).into_sql_str(), rows.as_flattened()).await?;
        }
        Ok(inserted)
    }

    /// Runs a query that ends in `IN`, for each of these texts.
    pub(crate) async fn fetch_in(&mut self, query: &'static str, texts: &[&str]) -> Result<Vec<DB::Row>, StoreError> {
        let mut found = Vec::new();
        for texts in texts.chunks(AT_ONCE) {
            let values: Vec<Value<'_>> = texts.iter().map(|text| Value::Text(text)).collect();
            let sql = format!("{query} {}", placeholders::<DB>(1, values.len()));
            found.extend(self.fetch_all_built(AssertSqlSafe(sql).into_sql_str(), &values).await?);
        }
        Ok(found)
    }
}

/// `($1, $2), ($3, $4)` or `(?, ?), (?, ?)` for two rows of two columns.
fn placeholders<DB: Dialect>(rows: usize, columns: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            text.push_str(if column == 1 { "" } else { ", " });
            if DB::NUMBERS_VALUES {
                let _ = write!(text, "${}", row * columns + column);
            } else {
                text.push('?');
            }
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use sqlx::{Postgres, Sqlite};

    use super::*;

    #[test]
    fn each_value_of_each_row_has_a_placeholder() {
        assert_eq!(placeholders::<Postgres>(2, 3), "($1, $2, $3), ($4, $5, $6)");
        assert_eq!(placeholders::<Sqlite>(2, 3), "(?, ?, ?), (?, ?, ?)");
        assert_eq!(placeholders::<Postgres>(1, 1), "($1)");
    }
}
