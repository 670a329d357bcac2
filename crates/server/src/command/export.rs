//! `doorward export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueHint};
use doorward_app::{ExportAccounts, ExportError, Exported};
use doorward_domain::error_chain;
use doorward_domain::ports::StoreError;

use super::failure::{Failure, Kind};
use super::ndjson::NdjsonWriter;
use super::outcome::{Format, Outcome};
use super::printed::Printed;
use super::private_file::{new_private_file, remove_unfinished};
use super::record::Record;
use crate::clock::SystemClock;
use crate::settings::Settings;

/// Where accounts go.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// A new file; `-` is standard output, the default
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    to: Option<PathBuf>,

    /// Export no sessions
    #[arg(long)]
    no_sessions: bool,
}

pub(super) async fn run(settings: &Settings, arguments: ExportArguments, format: Format) -> Result<Printed, Failure> {
    let store = doorward_adapters_sql::connect_existing(&settings.store).await;
    let store = store.map_err(|error| Failure::from_store(&error))?;
    let export = ExportAccounts::new(store.archive(), Arc::new(SystemClock));
    let sessions = !arguments.no_sessions;
    let printed = match arguments.to.filter(|path| path != Path::new("-")) {
        None => {
            to(&export, sessions, io::stdout()).await?.1.flush().map_err(|error| cannot_write(&error))?;
            // Standard output has the accounts.
            Printed::output(String::new())
        }
        Some(path) => {
            let exported = to_file(&export, sessions, &path).await.inspect_err(|failure| {
                if !failure.is_usage() {
                    remove_unfinished(&path);
                }
            })?;
            Printed::output(totals(exported).written(format))
        }
    };
    store.close().await;
    Ok(printed)
}

async fn to_file(export: &ExportAccounts, sessions: bool, path: &Path) -> Result<Exported, Failure> {
    let file = new_private_file(path)?;
    let (exported, output) = to(export, sessions, file).await?;
    let file: File = output.into_inner().map_err(|error| cannot_write(error.error()))?;
    file.sync_all().map_err(|error| cannot_write(&error))?;
    Ok(exported)
}

async fn to<W: Write + Send>(
    export: &ExportAccounts,
    sessions: bool,
    output: W,
) -> Result<(Exported, BufWriter<W>), Failure> {
    let opened = export.open().await.map_err(|error| unavailable(&error))?;
    let writer = NdjsonWriter::start(BufWriter::new(output), opened.users);
    let mut writer = writer.map_err(|error| cannot_write(&error))?;
    let exported = opened.run(sessions, |account| writer.write(account)).await;
    let exported = exported.map_err(|error| match error {
        ExportError::Write(error) => cannot_write(&error),
        ExportError::Store(error) => unavailable(&error),
    })?;
    Ok((exported, writer.into_inner()))
}

fn totals(Exported { users, keys, sessions }: Exported) -> Outcome {
    Outcome::One(Record::new([("users", users.into()), ("keys", keys.into()), ("sessions", sessions.into())]))
}

fn unavailable(error: &StoreError) -> Failure {
    Failure::new(Kind::Unavailable, error_chain(error).replace('\n', " "))
}

fn cannot_write(error: &io::Error) -> Failure {
    Failure::new(Kind::Failed, format!("the accounts cannot be written: {error}"))
}
