//! The file `.env` of the working directory.

use crate::settings::table::TABLE;

/// Puts what a file `.env` says into the environment, where there is one and nothing else said it. Returns warnings of lines
/// that cannot be read and name a variable of another program.
///
/// # Errors
/// A line that says what is wrong. It never shows a part of a value, which may be a password.
pub(crate) fn read() -> Result<Vec<String>, String> {
    let cannot = |error: &std::io::Error| format!("the file .env cannot be read: {error}");
    let text = match std::fs::read_to_string(".env") {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(cannot(&error)),
    };
    let (readable, warnings) = without_broken_lines(&text)?;
    // Its own errors quote lines. None is left, since every line was read before.
    dotenvy::from_read(readable.as_bytes()).map_err(|_| "the file .env cannot be read".to_owned())?;
    Ok(warnings)
}

/// The text of a file `.env` without the lines that cannot be read, and a warning for each of those.
fn without_broken_lines(text: &str) -> Result<(String, Vec<String>), String> {
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let (mut readable, mut warnings, mut at) = (String::new(), Vec::new(), 0);
    while at < lines.len() {
        // A value between quotes may go on over further lines.
        let mut ends = at + 1..=lines.len().min(at + MAX_LINES_OF_A_VALUE);
        let end = ends.find(|end| is_readable(&lines[at..*end].join("\n")));
        // A quote that is left open by mistake must not swallow a setting.
        let swallows = |end: &usize| lines[at + 1..*end].iter().any(|line| variable_name(line).is_some_and(is_ours));
        if let Some(end) = end.filter(|end| !swallows(end)) {
            readable.extend(lines[at..end].iter().flat_map(|line| [*line, "\n"]));
            at = end;
            continue;
        }
        let name = variable_name(lines[at]);
        at += 1;
        let of_name = name.map_or_else(String::new, |name| format!(", which sets {name},"));
        let told = format!("line {at} of the file .env{of_name} cannot be read");
        if name.is_none_or(is_ours) {
            return Err(format!("{told}; put a value with spaces, # or quotes between single quotes"));
        }
        warnings.push(format!("{told} and is skipped"));
    }
    Ok((readable, warnings))
}

/// The most lines that a value between quotes goes on over.
const MAX_LINES_OF_A_VALUE: usize = 100;

fn is_readable(text: &str) -> bool {
    dotenvy::from_read_iter(text.as_bytes()).all(|item| item.is_ok())
}

/// The variable that a line sets, where it is a plain name.
fn variable_name(line: &str) -> Option<&str> {
    let name = line.split_once('=')?.0.trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_plain.then_some(name)
}

/// Whether Doorward or the client library of PostgreSQL reads this variable.
fn is_ours(name: &str) -> bool {
    name.starts_with("DOORWARD_") || name.starts_with("PG") || TABLE.iter().any(|setting| setting.variable == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_of_ours_is_told_by_number_and_name_alone() {
        for (text, told) in [
            ("A=1\n\nDATABASE_URL=postgres://u:my hunter2@h/d\n", "line 3 of the file .env, which sets DATABASE_URL,"),
            ("export DOORWARD_SITE_NAME=hunter2 x\n", "line 1 of the file .env, which sets DOORWARD_SITE_NAME,"),
            ("PGPASSWORD='hunter2\n", "line 1 of the file .env, which sets PGPASSWORD,"),
            ("hunter2 is no setting\n", "line 1 of the file .env cannot"),
            ("hunter2@host=my value\n", "line 1 of the file .env cannot"),
        ] {
            let error = without_broken_lines(text).expect_err("a broken line");
            assert!(error.starts_with(told) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_broken_line_of_another_program_is_skipped_with_a_warning() {
        let text = "APP_NAME=My App\nDOORWARD_SIGNUP=closed\nOTHER=a b c\n";
        let (readable, warnings) = without_broken_lines(text).expect("readable");
        assert_eq!(readable.trim(), "DOORWARD_SIGNUP=closed");
        let told = ["line 1 of the file .env, which sets APP_NAME,", "line 3 of the file .env, which sets OTHER,"];
        assert!(warnings.iter().zip(told).all(|(warning, told)| warning.starts_with(told)), "{warnings:?}");
        assert_eq!(warnings.len(), 2);
    }

    #[test]
    fn an_open_quote_swallows_no_setting() {
        let (readable, warnings) =
            without_broken_lines("A=it's\nDATABASE_URL=sqlite:mine.db\nB=that's\n").expect("readable");
        assert_eq!(readable.trim(), "DATABASE_URL=sqlite:mine.db");
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        let (readable, _) = without_broken_lines("A='one\ntwo=2'\nDOORWARD_SIGNUP=closed\n").expect("readable");
        assert_eq!(readable.lines().count(), 3, "a value of two lines");
    }
}
