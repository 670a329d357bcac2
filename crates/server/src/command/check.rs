//! `doorward check`: what a start with these settings would meet. It starts no server and changes nothing.

use std::path::Path;

use doorward_adapters_sql::{StoreState, look_at};
use rustix::fs::{Access, access};

use super::failure::{Failure, Kind};
use super::outcome::Outcome;
use super::record::Record;
use crate::server::local_origin;
use crate::settings::Settings;
use crate::warnings;

/// Prints the warnings of the start and looks at the store.
pub(super) async fn run(settings: &Settings) -> Result<Outcome, Failure> {
    let local = || local_origin(&settings.listen);
    let public_origin = settings.public_origin.clone().unwrap_or_else(local);
    let file = settings.store.file();
    let warnings = warnings::of_log(&settings.log)
        .into_iter()
        .chain(warnings::of_settings(settings, &public_origin))
        .chain(warnings::of_store_file(file));
    let mut count = 0;
    for warning in warnings {
        count += 1;
        eprintln!("doorward: warning: {warning}");
    }
    let state = look_at(&settings.store).await.map_err(|error| Failure::from_store(&error))?;
    if let Some(file) = file {
        check_folder(file)?;
    }
    let schema = match state {
        StoreState::Absent => "none yet; the start creates it".to_owned(),
        StoreState::Outdated(1) => "lacks 1 migration; the start runs it".to_owned(),
        StoreState::Outdated(pending) => format!("lacks {pending} migrations; the start runs them"),
        StoreState::Current => "current".to_owned(),
    };
    Ok(Outcome::One(Record::new([
        ("store", settings.store.to_string().into()),
        ("schema", schema.into()),
        ("warnings", count.into()),
    ])))
}

/// SQLite writes its log and index beside the file.
fn check_folder(file: &Path) -> Result<(), Failure> {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    access(folder, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| {
        let line = format!("files cannot be created in the store's folder {}: {error}", folder.display());
        Failure::new(Kind::Unavailable, line)
    })
}
