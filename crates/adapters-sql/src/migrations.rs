//! Brings a schema up to date, in one transaction under the backend's lock: a node that dies in the middle leaves the
//! schema as it was, and nodes that start together wait for the first.

use sqlx::migrate::{Migrate, MigrateError, Migrator};

use crate::connect_error::ConnectError;

/// Runs the migrations that are missing. The caller has begun a transaction and holds the lock.
pub(crate) async fn run<C: Migrate>(
    mut migrator: Migrator,
    connection: &mut C,
    store: &str,
    refused: impl FnOnce(sqlx::Error) -> ConnectError,
) -> Result<(), ConnectError> {
    // sqlx would take a lock of its own and release it before the transaction is committed.
    migrator.set_locking(false);
    let known = latest(&migrator);
    migrator.run_direct(None, connection, false).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => refused(error),
        MigrateError::VersionMissing(found) if found > known => {
            ConnectError::Newer { store: store.to_owned(), found, known }
        }
        other => ConnectError::Schema { store: store.to_owned(), cause: other.into() },
    })
}

/// Finds the migrations of a schema, with their checksums.
pub(crate) const FIND_APPLIED: &str = "SELECT version, checksum FROM _sqlx_migrations ORDER BY version";

/// The number of migrations that the next start runs, on a schema that has these.
pub(crate) fn pending(migrator: &Migrator, applied: &[(i64, Vec<u8>)], store: &str) -> Result<usize, ConnectError> {
    let schema = |error: MigrateError| ConnectError::Schema { store: store.to_owned(), cause: error.into() };
    let known = latest(migrator);
    if let Some((found, _)) = applied.iter().rfind(|(version, _)| *version > known) {
        return Err(ConnectError::Newer { store: store.to_owned(), found: *found, known });
    }
    for (version, checksum) in applied {
        match migrator.iter().find(|migration| migration.version == *version) {
            Some(known) if *known.checksum == **checksum => {}
            Some(_) => return Err(schema(MigrateError::VersionMismatch(*version))),
            None => return Err(schema(MigrateError::VersionMissing(*version))),
        }
    }
    Ok(migrator.iter().count().saturating_sub(applied.len()))
}

/// Finds what development builds from before the first release recorded as their first migration.
pub(crate) const FIND_DEVELOPMENT_BUILD: &str =
    "SELECT EXISTS (SELECT 1 FROM _sqlx_migrations WHERE version = 1 AND description = 'create accounts')";

/// The newest schema that this version of the program knows.
pub(crate) fn latest(migrator: &Migrator) -> i64 {
    migrator.iter().map(|migration| migration.version).max().unwrap_or(0)
}
