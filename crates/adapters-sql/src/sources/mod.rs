//! User stores of other systems, one file each, which are only read: in one transaction that does not write, of one snapshot.

mod better_auth;
mod database;
mod lucia_v2;
mod lucia_v3;
mod open;
mod options;
mod plan;
mod reader;
mod row;
mod tables;

use doorward_domain::ports::SourceError;

use crate::url::{StoreUrl, Target};

pub use options::{AttributeColumns, ForeignSystem, OpenSource, SessionIds, SourceOptions, UsernameFrom};

/// Opens the user store of another system, to read it.
///
/// # Errors
/// [`SourceError`] where it cannot be opened, or has not the tables and columns of that system.
pub async fn open_source(
    system: ForeignSystem,
    url: &StoreUrl,
    options: SourceOptions,
) -> Result<OpenSource, SourceError> {
    let place = url.to_string();
    match url.target() {
        Target::Sqlite(location) => {
            let connection = open::sqlite(location, &place).await?;
            reader::start(connection, system, options, place).await
        }
        Target::Postgres(target) => {
            let connection = open::postgres(&target.options, &place).await?;
            reader::start(connection, system, options, place).await
        }
    }
}
