//! The tokens of the admin API, and the file that holds them: one `name token` a line, with blank lines and comments.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use doorward_adapters_crypto::sha256;
use doorward_adapters_http::AdminTokens;
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

/// The most bytes of the file.
const MAX_BYTES: usize = 64 * 1024;
/// The most characters of a name.
const MAX_NAME_CHARS: usize = 32;
/// The fewest characters of a token.
const MIN_TOKEN_CHARS: usize = 32;

/// The tokens of a file, which can be read anew. Clones share them.
#[derive(Clone)]
pub(crate) struct TokensFile {
    path: PathBuf,
    tokens: Arc<RwLock<Vec<Token>>>,
}

/// A token by its digest.
struct Token {
    name: Arc<str>,
    digest: [u8; 32],
}

impl Drop for Token {
    fn drop(&mut self) {
        self.digest.zeroize();
    }
}

impl TokensFile {
    /// Reads the tokens of a file.
    ///
    /// # Errors
    /// [`InvalidTokensFile`] says what is wrong with it, and shows nothing of a token.
    pub(crate) fn read(path: &Path) -> Result<Self, InvalidTokensFile> {
        let tokens = parse(&content(path)?)?;
        Ok(Self { path: path.to_owned(), tokens: Arc::new(RwLock::new(tokens)) })
    }

    /// Reads the file anew. Its tokens replace the old ones at once.
    ///
    /// # Errors
    /// As [`Self::read`]; the old ones stay then.
    pub(crate) fn reread(&self) -> Result<(), InvalidTokensFile> {
        let tokens = parse(&content(&self.path)?)?;
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = tokens;
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl AdminTokens for TokensFile {
    /// Compares digests: how long it takes tells nothing of a token.
    fn name_of(&self, token: &str) -> Option<Arc<str>> {
        let digest = sha256(token);
        let tokens = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        tokens.iter().find(|known| known.digest == digest).map(|known| Arc::clone(&known.name))
    }
}

impl fmt::Debug for TokensFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TokensFile").field(&self.path).finish()
    }
}

/// Why a file gives no tokens.
#[derive(Debug, Error)]
pub(crate) enum InvalidTokensFile {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    /// Every user of the machine may open it.
    #[error("other users of this machine may open it: run chmod o= on it")]
    Open,
    #[error("it is larger than {} KiB", MAX_BYTES / 1_024)]
    TooLarge,
    #[error("it is not UTF-8")]
    NotUtf8,
    #[error("it has no token")]
    NoToken,
    /// A line has no token, or is otherwise wrong.
    #[error("line {number}: {why}")]
    Line { number: usize, why: &'static str },
}

/// Reads the file, and no more of it than shows that it is too large. A group may read it: systemd gives a credential to the
/// service's user by an access list, which shows as rights of the group.
fn content(path: &Path) -> Result<Zeroizing<String>, InvalidTokensFile> {
    // Asked before it is opened: to open a pipe without a writer would wait for one.
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file").into());
    }
    let file = File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o007 != 0 {
        return Err(InvalidTokensFile::Open);
    }
    // With room for all of it, so that no copy is left behind where it grew.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * MAX_BYTES));
    file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        return Err(InvalidTokensFile::TooLarge);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| InvalidTokensFile::NotUtf8)?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn parse(text: &str) -> Result<Vec<Token>, InvalidTokensFile> {
    let mut tokens: Vec<Token> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |why| InvalidTokensFile::Line { number, why };
        let token = parse_line(line).map_err(wrong)?;
        if tokens.iter().any(|known| known.name == token.name) {
            return Err(wrong("an earlier line has this name"));
        }
        if tokens.iter().any(|known| known.digest == token.digest) {
            return Err(wrong("an earlier line has this token"));
        }
        tokens.push(token);
    }
    if tokens.is_empty() { Err(InvalidTokensFile::NoToken) } else { Ok(tokens) }
}

fn parse_line(line: &str) -> Result<Token, &'static str> {
    let (name, token) = line.split_once([' ', '\t']).ok_or("it is not a name, a space and a token")?;
    let token = token.trim_start();
    let may_name = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.len() > MAX_NAME_CHARS || !name.chars().all(may_name) {
        return Err("a name is 1 to 32 ASCII letters, digits, dots, hyphens and underscores");
    }
    if token.len() < MIN_TOKEN_CHARS || !token.chars().all(|c| c.is_ascii_graphic()) {
        return Err("a token is at least 32 printable ASCII characters without spaces");
    }
    Ok(Token { name: name.into(), digest: sha256(token) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn names(text: &str) -> Result<Vec<String>, String> {
        let names = |tokens: Vec<Token>| tokens.iter().map(|token| token.name.to_string()).collect();
        parse(text).map(names).map_err(|error| error.to_string())
    }

    #[test]
    fn a_tokens_file_has_a_name_and_a_token_a_line() {
        let other = format!("{TOKEN}!~");
        let text = format!("# backends\n\nshop-1 {TOKEN}\r\n  Back_End.2\t {other}  \n#end");
        assert_eq!(names(&text).expect("tokens"), ["shop-1", "Back_End.2"]);
        let longest = "n".repeat(MAX_NAME_CHARS);
        assert_eq!(names(&format!("{longest} {TOKEN}")).expect("a token"), [longest]);
    }

    #[test]
    fn a_malformed_line_is_told_by_its_number_and_shows_no_token() {
        let long = "n".repeat(MAX_NAME_CHARS + 1);
        for (line, why) in [
            (TOKEN.to_owned(), "a name, a space"),
            (format!("{long} {TOKEN}"), "1 to 32"),
            (format!("na/me {TOKEN}"), "1 to 32"),
            (format!("näme {TOKEN}"), "1 to 32"),
            (format!("name {}", &TOKEN[1..]), "at least 32"),
            (format!("name {TOKEN} more"), "at least 32"),
            (format!("name {TOKEN}ü"), "at least 32"),
            (format!("first {TOKEN}x"), "this name"),
            (format!("name {TOKEN}0"), "this token"),
        ] {
            let told = names(&format!("first {TOKEN}0\n\n{line}\n")).expect_err("a malformed line");
            assert!(told.starts_with("line 3: ") && told.contains(why), "{line}: {told}");
            assert!(!told.contains(&TOKEN[1..8]), "{told}");
        }
    }

    #[test]
    fn a_tokens_file_without_a_token_is_refused() {
        for text in ["", "\n\n", "# shop 0123456789abcdef0123456789abcdef\n"] {
            assert_eq!(names(text), Err("it has no token".to_owned()));
        }
    }

    #[test]
    fn debug_shows_nothing_of_an_admin_token() {
        let tokens = parse(&format!("shop {TOKEN}")).expect("a token");
        let file = TokensFile { path: "tokens".into(), tokens: Arc::new(RwLock::new(tokens)) };
        assert_eq!(format!("{file:?}"), "TokensFile(\"tokens\")");
        assert_eq!(file.name_of(TOKEN).as_deref(), Some("shop"));
        for other in ["", &TOKEN[1..], &format!("{TOKEN}0"), &TOKEN.to_uppercase()] {
            assert_eq!(file.name_of(other), None, "{other}");
        }
    }
}
