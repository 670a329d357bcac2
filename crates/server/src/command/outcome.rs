//! The outcome of a command, as text or JSON.

use super::record::Record;

/// The outcome of a command.
pub(super) enum Outcome {
    One(Record),
    /// Any number, and their name in JSON.
    Many(&'static str, Vec<Record>),
    /// As many as are shown, their name in JSON, and whether there are more.
    Newest(&'static str, Vec<Record>, bool),
}

impl Outcome {
    pub(super) fn json(&self) -> String {
        match self {
            Self::One(record) => format!("{}\n", record.json()),
            Self::Many(name, records) => {
                format!("{}\n", serde_json::json!({ *name: json_of(records) }))
            }
            Self::Newest(name, records, more) => {
                format!("{}\n", serde_json::json!({ *name: json_of(records), "more": more }))
            }
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::One(record) => record.text(),
            Self::Many(_, records) | Self::Newest(_, records, false) => text_of(records),
            Self::Newest(_, records, true) => {
                format!("{}\n{}", text_of(records), Record::new([("more", true.into())]).text())
            }
        }
    }
}

fn json_of(records: &[Record]) -> Vec<serde_json::Value> {
    records.iter().map(Record::json).collect()
}

fn text_of(records: &[Record]) -> String {
    records.iter().map(Record::text).collect::<Vec<_>>().join("\n")
}
