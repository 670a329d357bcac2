//! The outcome of a command, as text or JSON.

use super::record::Record;

/// The outcome of a command.
pub(super) enum Outcome {
    One(Record),
    /// Any number, and their name in JSON.
    Many(&'static str, Vec<Record>),
}

impl Outcome {
    pub(super) fn json(&self) -> String {
        match self {
            Self::One(record) => format!("{}\n", record.json()),
            Self::Many(name, records) => {
                let list: Vec<_> = records.iter().map(Record::json).collect();
                format!("{}\n", serde_json::json!({ *name: list }))
            }
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::One(record) => record.text(),
            Self::Many(_, records) => records.iter().map(Record::text).collect::<Vec<_>>().join("\n"),
        }
    }
}
