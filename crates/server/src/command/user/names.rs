//! A list of names, one a line.

use std::fs::File;
use std::io::{self, IsTerminal, Read};

use super::super::failure::{Failure, Kind};

/// The most names of one list: more than a school prints at once. All of them are one transaction, during which no other
/// process writes to an SQLite file. Measured with an unoptimised build: 0.6 seconds on SQLite, 0.9 on PostgreSQL beside
/// it, 40 on one that is 10 milliseconds away, of the 55 that such a call has.
const MAX_NAMES: usize = 1_000;
/// More than that many names have.
const MAX_BYTES: u64 = 1024 * 1024;

/// A name and the number of its line, from 1 on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) line: usize,
    pub(super) text: String,
}

/// Reads the names of a file, or of standard input for `-`.
pub(super) fn read(file: &str) -> Result<Vec<Name>, Failure> {
    let cannot = |error: io::Error| {
        let what = if file == "-" { "standard input".to_owned() } else { format!("the file {file:?}") };
        Failure::new(Kind::NoInput, format!("{what} cannot be read: {error}"))
    };
    let mut bytes = Vec::new();
    if file == "-" {
        let input = io::stdin();
        if input.is_terminal() {
            eprintln!("doorward: type one name a line; Ctrl-D ends the list");
        }
        input.lock().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    } else {
        let opened = File::open(file).map_err(cannot)?;
        opened.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(cannot)?;
    }
    names_in(&bytes).map_err(|line| Failure::new(Kind::Data, line))
}

/// The names in a text. Blank lines and white space around names are left out.
fn names_in(bytes: &[u8]) -> Result<Vec<Name>, String> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("the list has more than {MAX_BYTES} bytes; it is a text with one name a line"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        format!("line {} of the list is not UTF-8; save the list as UTF-8", lines(&before).count())
    })?;
    let named = lines(text).zip(1..).map(|(text, line)| Name { line, text: text.trim().to_owned() });
    let names: Vec<Name> = named.filter(|name| !name.text.is_empty()).collect();
    match names.len() {
        0 => Err("there is no name in the list".to_owned()),
        count if count > MAX_NAMES => Err(format!("the list has {count} names; {MAX_NAMES} at once is the most")),
        _ => Ok(names),
    }
}

/// Lines as editors of all systems end them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).flat_map(|line| line.split('\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(usize, String)> {
        names_in(bytes).expect("names").into_iter().map(|Name { line, text }| (line, text)).collect()
    }

    #[test]
    fn each_line_that_is_not_blank_is_a_name_with_its_number() {
        let expected = [(1, "Éva Müller".to_owned()), (3, "bobby".to_owned()), (5, "李小龙四".to_owned())];
        assert_eq!(read("Éva Müller\n\nbobby\n \n李小龙四".as_bytes()), expected);
        assert_eq!(read("\u{feff}Éva Müller \r\n\r\n\tbobby\r\n\r\n李小龙四\r\n".as_bytes()), expected);
        assert_eq!(read("Éva Müller\r\rbobby\r\r\u{a0}李小龙四\r".as_bytes()), expected);
    }

    #[test]
    fn a_list_that_is_no_text_of_names_is_refused_with_the_reason() {
        let long = "alice\n".repeat(MAX_NAMES + 1);
        let huge = vec![b'a'; usize::try_from(MAX_BYTES).expect("a number") + 1];
        for (bytes, why) in [
            (&b"alice\r\nbobby\nM\xfcller\n"[..], "line 3 of the list is not UTF-8"),
            (b"\xff\xfea\0l\0", "line 1 of the list is not UTF-8"),
            (b" \n\n", "no name"),
            (b"", "no name"),
            (long.as_bytes(), "1001 names"),
            (&huge, "more than 1048576 bytes"),
        ] {
            let line = names_in(bytes).expect_err("no list");
            assert!(line.contains(why), "{line}");
        }
        assert_eq!(read("alice\n".repeat(MAX_NAMES).as_bytes()).len(), MAX_NAMES);
    }
}
