//! `doorward import`.

mod arguments;
mod follow;
mod opened;
mod summary;
mod target;

use std::sync::Arc;

use doorward_adapters_crypto::{ForeignHashReader, OsTokenGenerator};
use doorward_app::{Checked, ImportAccounts, ImportError, Imported};
use doorward_domain::error_chain;
use doorward_domain::ports::SourceError;

use super::audit;
use super::failure::{Failure, Kind};
use super::outcome::Format;
use super::printed::Printed;
use crate::clock::SystemClock;
use crate::settings::Settings;

pub(crate) use arguments::ImportFrom;

use follow::Follower;
use opened::Opened;
use summary::Summary;
use target::Target;

pub(super) async fn run(settings: &Settings, from: ImportFrom, format: Format) -> Result<Printed, Failure> {
    let (common, opened) = from.open(settings).await?;
    let Opened { mut accounts, tables, sessions, idle_period } = opened;
    let options = common.options(settings, idle_period)?;
    let hashes = Arc::new(ForeignHashReader);
    let import = ImportAccounts::new(hashes, Arc::new(OsTokenGenerator), Arc::new(SystemClock), options);
    let mut follower = Follower::start(common.report.as_deref())?;

    let target = Target::open_to_check(settings, common.dry_run).await?;
    let checked = import.check(&mut *accounts, &*target.sink(), &mut follower).await;
    let checked = checked.map_err(|error| failure(error, &follower))?;
    follower.finish()?;
    let summary = Summary { dry_run: common.dry_run, tables: &tables, checked: &checked, sessions: sessions.as_ref() };
    let refused = checked.refusals() > 0 && !common.skip_refused;
    if refused || common.dry_run {
        target.close().await;
        return Ok(printed(&summary, None, &follower, refused, format));
    }
    let target = target.open_to_write(settings).await?;
    let imported = import.write(&mut *accounts, &*target.sink(), &checked, &mut follower).await;
    target.close().await;
    let imported = imported.map_err(|error| failure(error, &follower))?;
    follower.finish()?;
    if imported.written.users > 0 {
        audit::note_import(imported.written.users);
    }
    if imported.taken_meanwhile > 0 {
        return Err(Failure::new(Kind::Interrupted, taken_meanwhile(imported, &checked)));
    }
    Ok(printed(&summary, Some(imported), &follower, false, format))
}

fn taken_meanwhile(imported: Imported, checked: &Checked) -> String {
    let (written, of, taken) = (imported.written.users, checked.importable.users, imported.taken_meanwhile);
    format!(
        "{written} of {of} users are imported; the names or ids of {taken} were taken while it ran; run it again to see which"
    )
}

fn printed(
    summary: &Summary<'_>,
    imported: Option<Imported>,
    follower: &Follower,
    refused: bool,
    format: Format,
) -> Printed {
    let note = if refused { Some(summary.refusal()) } else { summary.advice() };
    let output = summary.outcome(imported).written(format);
    Printed { output, details: follower.notes(), note, status: if refused { Kind::Data as u8 } else { 0 } }
}

fn failure(error: ImportError, follower: &Follower) -> Failure {
    let kind = match &error {
        ImportError::Source(_) => Kind::NoInput,
        ImportError::Store(_) => Kind::Unavailable,
        ImportError::Randomness(_) => Kind::Failed,
        ImportError::Stopped => Kind::Interrupted,
    };
    let line = match error {
        ImportError::Stopped => format!("interrupted after {} users; run it again to go on", follower.read()),
        error => error_chain(&error).replace('\n', " "),
    };
    Failure::new(kind, line)
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let kind = match error {
            SourceError::Wrong(_) => Kind::Usage,
            SourceError::Unreadable(..) | SourceError::Lacks(_) => Kind::NoInput,
        };
        Self::new(kind, error_chain(&error).replace('\n', " "))
    }
}
