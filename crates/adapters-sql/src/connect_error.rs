//! Why a store could not be opened, in one line for the person who starts the program.

use doorward_domain::ports::Cause;
use thiserror::Error;

/// A store could not be opened. What it displays is one line, names the store, and shows no password.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// It cannot be reached or opened.
    #[error("cannot open the store {store}: {}", one_line(cause.as_ref()))]
    Unreachable {
        /// Which store.
        store: String,
        /// What the system or the server said.
        #[source]
        cause: Cause,
    },
    /// There is none yet.
    #[error(
        "there is no store {store}: name the server's with DATABASE_URL or --database-url; the server creates it at its start"
    )]
    Missing {
        /// Which store.
        store: String,
    },
    /// Another program kept it locked for longer than the program waits.
    #[error("the store {store} is locked by another program")]
    Locked {
        /// Which store.
        store: String,
    },
    /// It can be read, but not written.
    #[error("the store {store} is read-only: {remedy}")]
    ReadOnly {
        /// Which store.
        store: String,
        /// What would have to be otherwise.
        remedy: &'static str,
    },
    /// It lacks migrations, and its role may not run them.
    #[error(
        "the store {store} must be migrated, which its role may not: start the server once as the role that owns the database"
    )]
    MayNotMigrate {
        /// Which store.
        store: String,
    },
    /// Its content is not what its kind of database writes.
    #[error("the store {store} is damaged, or is no database at all: {}", one_line(cause.as_ref()))]
    Damaged {
        /// Which store.
        store: String,
        /// What is wrong with it.
        #[source]
        cause: Cause,
    },
    /// A newer version of this program wrote it.
    #[error(
        "the store {store} was written by a newer version of Doorward: it has schema {found}, this version knows {known}"
    )]
    Newer {
        /// Which store.
        store: String,
        /// The schema it has.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// A development build from before the first release wrote it.
    #[error(
        "the store {store} was written by a development build from before 0.1.0, whose schema has no upgrade: use a new store"
    )]
    DevelopmentBuild {
        /// Which store.
        store: String,
    },
    /// Its schema is of a known version, yet not the one that this program writes.
    #[error("the store {store} has another schema than Doorward writes: {}", one_line(cause.as_ref()))]
    Schema {
        /// Which store.
        store: String,
        /// Where it differs.
        #[source]
        cause: Cause,
    },
    /// The database is not set up to hold every username.
    #[error("the store {store} has the encoding {encoding}: make the database anew with the encoding UTF8")]
    Encoding {
        /// Which store.
        store: String,
        /// Its encoding.
        encoding: String,
    },
    /// A pooler stands in front of it, and does not keep a connection to one client.
    #[error(
        "the store {store} is behind a pooler that mixes the prepared statements of its clients: \
         set it to pool whole sessions (PgBouncer: pool_mode = session, or from 1.21 on max_prepared_statements = 200)"
    )]
    Pooler {
        /// Which store.
        store: String,
    },
}

/// What the system said, without sqlx's preface to it and without line breaks.
fn one_line(cause: &(dyn std::error::Error + 'static)) -> String {
    let said = match cause.downcast_ref::<sqlx::Error>() {
        Some(sqlx::Error::Database(error)) => error.message().to_owned(),
        Some(sqlx::Error::Io(error)) => error.to_string(),
        _ => cause.to_string(),
    };
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
