//! Opens a source so that nothing in it can change, not even beside it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use doorward_domain::ports::{Cause, SourceError};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Executor};

use crate::sqlite::{Location, log_of};

/// How long to wait for a lock of the program that the source belongs to.
const PATIENCE: Duration = Duration::from_secs(5);

/// Rows that sqlx's thread for SQLite reads ahead.
const READ_AHEAD: usize = 1_024;

pub(super) async fn sqlite(location: &Location, place: &str) -> Result<SqliteConnection, SourceError> {
    let Location::File { path, .. } = location else {
        return Err(unreadable(place, io::Error::from(io::ErrorKind::NotFound)));
    };
    let is_idle_log = needs_log(path).map_err(|error| unreadable(place, error))? && !log_of(path).exists();
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        // A reader would create the files of a write-ahead log that no program has open, and leave them there.
        .immutable(is_idle_log)
        .busy_timeout(PATIENCE)
        .row_buffer_size(READ_AHEAD);
    let mut connection = options.connect().await.map_err(|error| unreadable(place, error))?;
    let encoding = sqlx::query_scalar("PRAGMA encoding").fetch_one(&mut connection).await;
    let encoding: String = encoding.map_err(|error| unreadable(place, error))?;
    // Values come as the bytes of their texts.
    if encoding != "UTF-8" {
        return Err(SourceError::Lacks(format!("{place} is in {encoding}; import a copy of it in UTF-8")));
    }
    Ok(connection)
}

pub(super) async fn postgres(options: &PgConnectOptions, place: &str) -> Result<PgConnection, SourceError> {
    let connecting = async {
        let mut connection = options.clone().application_name("doorward import").connect().await?;
        // The text of an instant is read below.
        connection.execute("SET TIME ZONE 'UTC'").await?;
        connection.execute("SET DateStyle = 'ISO'").await?;
        Ok::<_, sqlx::Error>(connection)
    };
    connecting.await.map_err(|error| unreadable(place, error))
}

pub(super) fn unreadable(place: &str, cause: impl Into<Cause>) -> SourceError {
    SourceError::Unreadable(place.to_owned(), cause.into())
}

/// Whether an SQLite file is in the mode of the write-ahead log, as its 19th byte says
/// (<https://sqlite.org/fileformat.html>, 1.3.3).
fn needs_log(path: &Path) -> io::Result<bool> {
    let mut header = [0; 19];
    match File::open(path)?.read_exact(&mut header) {
        Ok(()) => Ok(header[18] == 2),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
