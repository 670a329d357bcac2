//! Follows an import: a progress line, the report, and the first refusals for the terminal.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use doorward_app::{Finding, ImportObserver, Pass};
use tokio::signal::unix::{SignalKind, signal};

use super::super::failure::{Failure, Kind};
use super::super::outcome::field;
use super::super::private_file::{cannot_write, new_private_file};
use super::super::record::escaped;

/// The most refusals that are shown on the terminal.
const MOST_SHOWN: usize = 20;
/// The most characters of an id or a name of the source that are shown: ids have at most 128.
const MOST_CHARS: usize = 300;

const HEADER: &str = "userId,username,what,reason";

pub(super) struct Follower {
    report: Option<Report>,
    shown: Vec<String>,
    refusals: usize,
    read: u64,
    shows_progress: bool,
    stopped: Arc<AtomicBool>,
}

struct Report {
    path: PathBuf,
    file: BufWriter<File>,
    /// Told once the pass has ended.
    failed: Option<io::Error>,
}

impl Follower {
    /// Creates the report, and listens for signals that stop the import between two batches.
    pub(super) fn start(report: Option<&Path>) -> Result<Self, Failure> {
        let report = report.map(Report::create).transpose()?;
        let stopped = Arc::new(AtomicBool::new(false));
        for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
            let mut signals = signal(kind).map_err(|error| Failure::new(Kind::Failed, error.to_string()))?;
            let stopped = Arc::clone(&stopped);
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    stopped.store(true, Ordering::Relaxed);
                }
            });
        }
        let shows_progress = io::stderr().is_terminal();
        Ok(Self { report, shown: vec![], refusals: 0, read: 0, shows_progress, stopped })
    }

    /// The users that were read in the last pass.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// Ends a pass.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        if self.shows_progress {
            eprint!("\r\u{1b}[K");
        }
        let Some(report) = &mut self.report else { return Ok(()) };
        let flushed = match report.failed.take() {
            Some(error) => Err(error),
            None => report.file.flush(),
        };
        flushed.map_err(|error| cannot_write(&report.path, &error))
    }

    /// The lines about what is refused.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.shown.clone();
        if self.refusals > self.shown.len() {
            notes.push(format!("and {} more", self.refusals - self.shown.len()));
        }
        notes
    }
}

impl ImportObserver for Follower {
    fn found(&mut self, finding: Finding) {
        if let Some(report) = &mut self.report {
            report.add(&finding);
        }
        if !finding.reason.is_remark() {
            self.refusals += 1;
            if self.shown.len() < MOST_SHOWN {
                self.shown.push(shown(&finding));
            }
        }
    }

    fn progress(&mut self, pass: Pass, users: u64) {
        self.read = users;
        if self.shows_progress {
            let what = match pass {
                Pass::Check => "checked",
                Pass::Write => "written",
            };
            eprint!("\r{users} users {what}\u{1b}[K");
        }
    }

    fn should_stop(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

impl Report {
    fn create(path: &Path) -> Result<Self, Failure> {
        let file = new_private_file(path)?;
        let mut file = BufWriter::new(file);
        writeln!(file, "{HEADER}").map_err(|error| cannot_write(path, &error))?;
        Ok(Self { path: path.to_owned(), file, failed: None })
    }

    fn add(&mut self, finding: &Finding) {
        let what = finding.line.map_or_else(|| finding.part.name().to_owned(), |line| format!("line {line}"));
        let fields = [id(finding), name(finding), what, finding.reason.name().to_owned()];
        let line = fields.iter().map(|value| field(value)).collect::<Vec<_>>().join(",");
        if let Err(error) = writeln!(self.file, "{line}") {
            self.failed.get_or_insert(error);
        }
    }
}

fn id(finding: &Finding) -> String {
    shortened(finding.user_id.as_deref())
}

fn name(finding: &Finding) -> String {
    shortened(finding.username.as_deref())
}

fn shortened(text: Option<&str>) -> String {
    escaped(&text.unwrap_or_default().chars().take(MOST_CHARS).collect::<String>())
}

fn shown(finding: &Finding) -> String {
    let mut words = Vec::new();
    words.extend(finding.line.map(|line| format!("line {line}:")));
    words.extend(finding.user_id.as_ref().map(|_| format!("user {}", id(finding))));
    words.extend(finding.username.as_ref().map(|_| format!("\"{}\":", name(finding))));
    words.push(format!("{} {}", finding.part.name(), finding.reason.name()));
    words.join(" ")
}
