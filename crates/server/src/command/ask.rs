//! Questions on the terminal. Passwords come from standard input or a terminal without echo, never from arguments, which
//! every user of the machine can list.

use std::io::{self, BufRead, IsTerminal, Read, Write};

use doorward_domain::Password;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use super::failure::{Failure, Kind};

/// More than the longest password can have.
const MOST_BYTES: u64 = 4 * 1024;

/// Reads a password: the one line of standard input, or what is typed at the terminal, twice where it is a new one.
pub(super) fn password(from_stdin: bool, new: bool) -> Result<Zeroizing<String>, Failure> {
    if from_stdin {
        return line_of(io::stdin().lock());
    }
    if !io::stdin().is_terminal() {
        let line = "there is no terminal to ask for the password on; pipe it in and say --password-stdin";
        return Err(Failure::new(Kind::Usage, line));
    }
    let first = ask("Password: ").map_err(|error| cannot_ask(&error))?;
    if new && *ask("The same again: ").map_err(|error| cannot_ask(&error))? != *first {
        return Err(Failure::new(Kind::Data, "the two passwords are not the same"));
    }
    Ok(first)
}

/// Asks on the terminal whether to go on, unless a flag has answered. Anything but yes is a no.
pub(super) fn confirm(yes: bool, question: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::new(Kind::Usage, "there is no terminal to ask for confirmation on; confirm with --yes"));
    }
    let cannot_ask = |error| Failure::new(Kind::Failed, format!("the question cannot be asked: {error}"));
    let answer = answer(&format!("{question} [y/N] ")).map_err(cannot_ask)?;
    if ["y", "yes"].iter().any(|yes| answer.trim().eq_ignore_ascii_case(yes)) {
        return Ok(());
    }
    Err(Failure::new(Kind::Failed, "not confirmed, so nothing was changed"))
}

/// The line that is typed after a prompt. It is empty at the end of the input.
fn answer(prompt: &str) -> io::Result<String> {
    show(prompt)?;
    let mut line = String::new();
    if io::stdin().lock().take(MOST_BYTES).read_line(&mut line)? == 0 {
        show("\n")?;
    }
    Ok(line)
}

/// Shows a text on the terminal itself, since standard error may go to a file of audit lines.
fn show(text: &str) -> io::Result<()> {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match rustix::io::write(io::stdin(), rest) {
            Ok(written) => rest = &rest[written..],
            // It is open for reading only.
            Err(_) => return io::stderr().write_all(rest),
        }
    }
    Ok(())
}

/// The only line of an input, without its end.
fn line_of(input: impl Read) -> Result<Zeroizing<String>, Failure> {
    let wrong = |line| Failure::new(Kind::Data, line);
    // With room for all of it, so that no copy is left behind where it grew.
    let mut text = Zeroizing::new(String::with_capacity(2 * usize::try_from(MOST_BYTES).unwrap_or_default()));
    input
        .take(MOST_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| wrong(format!("the password on standard input cannot be read: {error}")))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(wrong(format!(
            "the password on standard input is too long; it must have at most {} characters",
            Password::MAX_CHARS
        )));
    }
    let line = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if line.contains('\n') {
        return Err(wrong("there is more than one line on standard input; the password is the only one".to_owned()));
    }
    Ok(Zeroizing::new(line.to_owned()))
}

fn ask(prompt: &str) -> io::Result<Zeroizing<String>> {
    let silence = Silence::begin()?;
    show(prompt)?;
    let mut line = Zeroizing::new(String::with_capacity(2 * usize::try_from(MOST_BYTES).unwrap_or_default()));
    io::stdin().lock().take(MOST_BYTES).read_line(&mut line)?;
    drop(silence);
    show("\n")?;
    let kept = line.trim_end_matches(['\n', '\r']).len();
    line.truncate(kept);
    Ok(line)
}

fn cannot_ask(error: &io::Error) -> Failure {
    Failure::new(Kind::Failed, format!("the password cannot be asked for: {error}"))
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Silence(Termios);

impl Silence {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Flush, &silent)?;
        Ok(Self(before))
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &[u8]) -> Result<String, String> {
        line_of(input).map(|line| line.to_string()).map_err(|failure| failure.line().to_owned())
    }

    #[test]
    fn a_password_is_the_only_line_without_its_end() {
        for input in ["correct horse", "correct horse\n", "correct horse\r\n"] {
            assert_eq!(read(input.as_bytes()).as_deref(), Ok("correct horse"));
        }
        assert_eq!(read(b" x \n").as_deref(), Ok(" x "), "nothing else is cut off");
        assert_eq!(read(b"").as_deref(), Ok(""), "for the rules to judge");
    }

    #[test]
    fn what_cannot_be_one_password_is_refused_and_not_shown() {
        let long = vec![b'x'; 5_000];
        for (input, why) in [(&b"a\nb\n"[..], "more than one line"), (b"a\xff", "cannot be read"), (&long, "too long")]
        {
            let line = read(input).expect_err("no password");
            assert!(line.contains(why), "{line}");
        }
    }
}
