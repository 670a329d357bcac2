//! The outcome of a command, and the one place that writes it: as lines, as a table, as JSON or as CSV.

use unicode_width::UnicodeWidthStr;

use super::record::Record;

/// The outcome of a command.
pub(super) enum Outcome {
    One(Record),
    Many(List),
    Sheet(Sheet),
}

/// Records of one kind.
pub(super) struct List {
    /// The names of the values that are written for people and for pipes, in this order. JSON has all values.
    pub(super) columns: &'static [&'static str],
    pub(super) records: Vec<Record>,
    pub(super) more: More,
}

/// Records to print and to hand out, as CSV (RFC 4180).
pub(super) struct Sheet {
    /// The headers, and the names of the values below them. JSON has all values.
    pub(super) columns: &'static [(&'static str, &'static str)],
    pub(super) records: Vec<Record>,
}

/// Whether the store has more records than a list.
pub(super) enum More {
    No,
    Yes,
    /// There are more; `--after` with this id lists them.
    After(String),
}

impl More {
    /// Cuts a list that the store was asked for one record more of.
    pub(super) fn cut<T>(records: &mut Vec<T>, limit: u32, id: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = records.len() > limit;
        records.truncate(limit);
        records.last().filter(|_| has_more).map_or(Self::No, |last| Self::After(id(last)))
    }
}

/// How an outcome is written.
#[derive(Clone, Copy)]
pub(super) enum Format {
    /// For a person: a list is a table with a header.
    Terminal,
    /// For a program that reads lines: a list has its values between tabs, and no header.
    Pipe,
    /// One JSON object a line.
    Json,
}

impl Outcome {
    pub(super) fn written(&self, format: Format) -> String {
        match (self, format) {
            (Self::One(record), Format::Json) => json_lines(std::slice::from_ref(record)),
            (Self::One(record), _) => record.text(),
            (Self::Many(list), Format::Json) => json_lines(&list.records),
            (Self::Many(list), Format::Pipe) => lines(&list.rows(), |row| row.join("\t")),
            (Self::Many(list), Format::Terminal) => table(list),
            (Self::Sheet(sheet), Format::Json) => json_lines(&sheet.records),
            (Self::Sheet(sheet), _) => csv(sheet),
        }
    }

    /// What there is to say beside the output, on standard error.
    pub(super) fn note(&self) -> Option<String> {
        let Self::Many(List { records, more, .. }) = self else { return None };
        let told = format!("the list ends after {} records, but there are more", records.len());
        match more {
            More::No => None,
            More::Yes => Some(told),
            More::After(id) => Some(format!("{told}; --after {id} lists them")),
        }
    }
}

impl List {
    fn rows(&self) -> Vec<Vec<String>> {
        self.records.iter().map(|record| self.columns.iter().map(|name| record.cell(name)).collect()).collect()
    }
}

fn lines<T>(items: &[T], line: impl Fn(&T) -> String) -> String {
    items.iter().map(|item| line(item) + "\n").collect()
}

fn json_lines(records: &[Record]) -> String {
    lines(records, Record::json)
}

/// Columns as wide as their widest value on the screen, two spaces apart.
fn table(list: &List) -> String {
    let mut rows = vec![list.columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    rows.extend(list.rows());
    let width = |column: usize| rows.iter().map(|row: &Vec<String>| row[column].width()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..list.columns.len()).map(width).collect();
    let padded = |(cell, width): (&String, &usize)| format!("{cell}{}", " ".repeat(width - cell.width()));
    lines(&rows, |row| row.iter().zip(&widths).map(padded).collect::<Vec<_>>().join("  ").trim_end().to_owned())
}

fn csv(sheet: &Sheet) -> String {
    let header = sheet.columns.iter().map(|(header, _)| field(header)).collect();
    let row = |record: &Record| sheet.columns.iter().map(|(_, name)| field(&record.cell(name))).collect();
    let rows: Vec<Vec<String>> = std::iter::once(header).chain(sheet.records.iter().map(row)).collect();
    lines(&rows, |row| row.join(","))
}

/// A value as a field of CSV. An apostrophe keeps a spreadsheet from taking a value for a formula, which could send the
/// links elsewhere (OWASP ASVS 5.0, 1.2.10).
pub(super) fn field(value: &str) -> String {
    let apostrophe = if value.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if value.contains(['"', ',', '\r', '\n']) {
        format!("\"{apostrophe}{}\"", value.replace('"', "\"\""))
    } else {
        format!("{apostrophe}{value}")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn list() -> Outcome {
        let record = |name: &str, agent: Option<&str>| {
            Record::new([("id", 7.into()), ("name", name.into()), ("agent", agent.into()), ("at", "noon".into())])
        };
        let records = vec![record("bobby", None), record("日本語テスト", Some("a\tb\nc")), record("", Some("x"))];
        Outcome::Many(List { columns: &["name", "agent", "at"], records, more: More::No })
    }

    #[test]
    fn a_list_on_a_terminal_is_a_table_with_a_header() {
        let table = list().written(Format::Terminal);
        let expected = [
            "name          agent          at",
            "bobby                        noon",
            "日本語テスト  a\\u{9}b\\u{a}c  noon",
            "              x              noon",
        ];
        assert_eq!(table.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_list_in_a_pipe_has_the_same_number_of_tabs_in_each_line() {
        let lines = list().written(Format::Pipe);
        assert_eq!(lines, "bobby\t\tnoon\n日本語テスト\ta\\u{9}b\\u{a}c\tnoon\n\tx\tnoon\n");
    }

    #[test]
    fn a_list_as_json_is_one_object_a_line() {
        let json = list().written(Format::Json);
        let objects: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
        assert_eq!(objects.len(), 3);
        assert_eq!(objects[0], serde_json::json!({ "id": 7, "name": "bobby", "agent": null, "at": "noon" }));
    }

    #[test]
    fn an_empty_list_is_its_header_or_nothing() {
        let empty = Outcome::Many(List { columns: &["name", "at"], records: vec![], more: More::No });
        assert_eq!(empty.written(Format::Terminal), "name  at\n");
        assert_eq!(empty.written(Format::Pipe) + &empty.written(Format::Json), "");
        assert_eq!(empty.note(), None);
    }

    #[test]
    fn a_sheet_quotes_what_csv_separates_by_and_defuses_formulas() {
        let record = |name: &str| Record::new([("name", name.into()), ("at", "noon".into())]);
        let names = ["Éva Müller", "Smith, Bob", "Bob \"B\"", "=1+1", "@a,b", "semi;colon"];
        let sheet = Sheet { columns: &[("user", "name"), ("expires", "at")], records: names.map(record).into() };
        let expected = [
            "user,expires",
            "Éva Müller,noon",
            "\"Smith, Bob\",noon",
            "\"Bob \"\"B\"\"\",noon",
            "'=1+1,noon",
            "\"'@a,b\",noon",
            "semi;colon,noon",
        ];
        let sheet = Outcome::Sheet(sheet);
        for format in [Format::Terminal, Format::Pipe] {
            assert_eq!(sheet.written(format).lines().collect::<Vec<_>>(), expected);
        }
        assert!(sheet.written(Format::Json).contains("{\"at\":\"noon\",\"name\":\"=1+1\"}\n"));
    }
}
