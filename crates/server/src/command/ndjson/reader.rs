//! Reads accounts from a file, line by line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};

use async_trait::async_trait;
use doorward_domain::ports::{AccountSource, SourceAccount, SourceError};

use super::MAX_LINE_BYTES;
use super::line::{FirstLine, account, first_line};

/// Accounts of a batch.
const BATCH: usize = 1_000;

/// A file of accounts.
pub(in super::super) struct NdjsonSource {
    name: String,
    file: BufReader<File>,
    line: u64,
    /// How many users the first line tells of.
    told: Option<u64>,
    found: u64,
}

impl NdjsonSource {
    /// Opens a file, or takes standard input for `-`: it goes to a file without a name first, since it is read twice.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`]
    pub(in super::super) fn open(name: &str) -> Result<Self, SourceError> {
        let open = || {
            if name != "-" {
                return File::open(name);
            }
            let mut file = tempfile::tempfile()?;
            io::copy(&mut io::stdin().lock(), &mut file)?;
            Ok(file)
        };
        let name = if name == "-" { "standard input" } else { name };
        let file = open().map_err(|error| SourceError::Unreadable(name.to_owned(), error.into()))?;
        Ok(Self { name: name.to_owned(), file: BufReader::new(file), line: 0, told: None, found: 0 })
    }

    /// The next line that is not blank; `None` at the end. Of a line that is too long the start is left.
    fn next_line(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            let mut line = Vec::new();
            let most = MAX_LINE_BYTES as u64 + 1;
            if self.file.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            if line.len() > MAX_LINE_BYTES && line.last() != Some(&b'\n') {
                self.skip_line()?;
            }
            if !line.trim_ascii().is_empty() {
                return Ok(Some(line));
            }
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        let mut piece = Vec::new();
        loop {
            piece.clear();
            let read = self.file.by_ref().take(MAX_LINE_BYTES as u64).read_until(b'\n', &mut piece)?;
            if read == 0 || piece.last() == Some(&b'\n') {
                return Ok(());
            }
        }
    }

    fn unreadable(&self, error: io::Error) -> SourceError {
        SourceError::Unreadable(self.name.clone(), error.into())
    }

    /// Up to so many accounts, or as many as one line of the greatest length has room for.
    fn batch(&mut self) -> Result<Vec<SourceAccount>, SourceError> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < BATCH && bytes < MAX_LINE_BYTES {
            let is_first = self.line == 0;
            let Some(line) = self.next_line().map_err(|error| self.unreadable(error))? else { break };
            bytes += line.len();
            let line = line.strip_prefix("\u{feff}".as_bytes()).filter(|_| is_first).unwrap_or(&line);
            match if is_first { first_line(line) } else { FirstLine::Account } {
                FirstLine::Account => batch.push(account(self.line, line)),
                FirstLine::Header(users) => self.told = users,
                FirstLine::Unknown(format) => {
                    return Err(SourceError::Lacks(format!(
                        "{} has the format {format}, not {}",
                        self.name,
                        Self::KNOWN
                    )));
                }
            }
        }
        self.found += batch.len() as u64;
        if batch.is_empty() { self.check_end().map(|()| batch) } else { Ok(batch) }
    }

    /// Refuses a file that was cut short, such as that of an export that failed.
    fn check_end(&self) -> Result<(), SourceError> {
        match self.told {
            None if self.found == 0 => Err(SourceError::Lacks(format!("{} is empty", self.name))),
            Some(told) if told != self.found => {
                Err(SourceError::Lacks(format!("{} has {} of {told} users", self.name, self.found)))
            }
            _ => Ok(()),
        }
    }

    const KNOWN: &str = "doorward-accounts 1";
}

#[async_trait]
impl AccountSource for NdjsonSource {
    async fn restart(&mut self) -> Result<(), SourceError> {
        (self.line, self.found) = (0, 0);
        self.file.rewind().map_err(|error| self.unreadable(error))
    }

    async fn next(&mut self) -> Result<Vec<SourceAccount>, SourceError> {
        self.batch()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use doorward_domain::ImportReason;

    use super::*;

    async fn lines(text: &[u8]) -> Vec<(u64, Option<ImportReason>)> {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(text).expect("room");
        let mut source = NdjsonSource::open(file.path().to_str().expect("UTF-8")).expect("a file");
        let mut found = Vec::new();
        for _pass in 0..2 {
            found.clear();
            source.restart().await.expect("a file");
            loop {
                let batch = source.next().await.expect("a file");
                if batch.is_empty() {
                    break;
                }
                found.extend(batch.iter().map(|account| (account.line.expect("a line"), account.unreadable)));
            }
        }
        found
    }

    #[tokio::test]
    async fn lines_are_counted_with_the_first_and_with_blank_ones() {
        let header = "\u{feff}{\"format\":\"doorward-accounts\",\"version\":1}\r\n";
        let text = format!("{header}{{\"username\":\"a\"}}\n\n{{\"username\":\"b\"}}");
        assert_eq!(lines(text.as_bytes()).await, [(2, None), (4, None)]);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_or_no_utf_8_ends_alone() {
        let mut text = vec![b'x'; 2 * MAX_LINE_BYTES + 7];
        text.extend(b"\n{\"username\":\"a\"}\n\"\xff\"\n");
        let not_json = Some(ImportReason::NotJson);
        assert_eq!(lines(&text).await, [(1, not_json), (2, None), (3, not_json)]);
    }

    #[tokio::test]
    async fn a_file_of_a_later_version_and_one_that_was_cut_short_are_refused() {
        let short = "{\"format\":\"doorward-accounts\",\"version\":1,\"users\":2}\n{\"username\":\"a\"}\n";
        for (text, batches) in
            [("", 0), ("\n", 0), ("{\"format\":\"doorward-accounts\",\"version\":2}\n", 0), (short, 1)]
        {
            let mut file = tempfile::NamedTempFile::new().expect("a file");
            file.write_all(text.as_bytes()).expect("room");
            let mut source = NdjsonSource::open(file.path().to_str().expect("UTF-8")).expect("a file");
            for _ in 0..batches {
                assert_eq!(source.next().await.expect("a batch").len(), 1, "{text}");
            }
            assert!(matches!(source.next().await, Err(SourceError::Lacks(_))), "{text}");
        }
    }
}
