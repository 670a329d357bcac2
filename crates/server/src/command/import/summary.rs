//! What an import found and wrote, and the settings with which everybody stays signed in.

use doorward_app::{Checked, Counts, Imported};
use doorward_domain::Username;
use serde_json::{Map, Value};

use super::super::outcome::Outcome;
use super::super::record::Record;
use super::opened::SessionSettings;

pub(super) struct Summary<'a> {
    pub(super) dry_run: bool,
    pub(super) tables: &'a [String],
    pub(super) checked: &'a Checked,
    pub(super) sessions: Option<&'a SessionSettings>,
}

impl Summary<'_> {
    /// The totals: what was written, or what can be where nothing was.
    pub(super) fn outcome(&self, imported: Option<Imported>) -> Outcome {
        let Counts { users, keys, sessions } = imported.map_or(self.checked.importable, |imported| imported.written);
        let mut members = vec![
            ("written", imported.is_some().into()),
            ("users", users.into()),
            ("keys", keys.into()),
            ("sessions", sessions.into()),
            ("alreadyImported", self.checked.already_imported().into()),
            ("refusals", self.counts(false)),
            ("remarks", self.counts(true)),
        ];
        if !self.tables.is_empty() {
            members.push(("tables", self.tables.join(", ").into()));
        }
        if let Some(SessionSettings { cookie, active, idle }) = self.sessions {
            members.push(("DOORWARD_COOKIE_NAME", (*cookie).into()));
            members.push(("DOORWARD_SESSION_ACTIVE", (*active).into()));
            members.push(("DOORWARD_SESSION_IDLE", (*idle).into()));
        }
        if let Some(most) = self.username_max() {
            members.push(("DOORWARD_USERNAME_MAX", most.into()));
        }
        Outcome::One(Record::new(members))
    }

    /// Why nothing was written.
    pub(super) fn refusal(&self) -> String {
        let refusals = self.checked.refusals();
        let what = if refusals == 1 {
            "1 part of an account is".to_owned()
        } else {
            format!("{refusals} parts of accounts are")
        };
        let longest =
            self.username_max().map_or_else(String::new, |most| format!("; --username-max={most} fits every username"));
        format!(
            "nothing was imported, since {what} refused; --report FILE lists them, --skip-refused leaves them out{longest}"
        )
    }

    /// What to do next.
    pub(super) fn advice(&self) -> Option<String> {
        let dry_run = "nothing was written: it was a dry run";
        self.dry_run.then(|| dry_run.to_owned())
    }

    /// The setting that fits the longest username that is refused, if any does.
    fn username_max(&self) -> Option<usize> {
        let longest = self.checked.longest_username;
        (longest > 0 && longest <= Username::MOST_CHARS).then_some(longest)
    }

    fn counts(&self, remarks: bool) -> Value {
        let counts = self.checked.findings.iter().filter(|(reason, _)| reason.is_remark() == remarks);
        Value::Object(counts.map(|(reason, count)| (reason.name().to_owned(), (*count).into())).collect::<Map<_, _>>())
    }
}
