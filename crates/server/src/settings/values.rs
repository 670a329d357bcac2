//! The text of a setting, on its way to a type.

use std::fs::File;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use doorward_adapters_http::{Language, Logo};
use doorward_adapters_sql::StoreUrl;
use doorward_domain::{Password, ReservedUsernames, Username, UsernamePolicy, UsernameRules};
use ipnet::{IpNet, Ipv4Net};
use thiserror::Error;
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use crate::admin_tokens::TokensFile;
use crate::similar::similar;
use crate::socket::ListenAddress;

/// A setting has a value that is not allowed.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("{variable} is {value:?}, but must be {allowed}")]
pub struct WrongSetting {
    variable: &'static str,
    value: String,
    allowed: String,
}

/// A variable and its text.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) variable: &'static str,
    pub(super) text: &'a str,
}

impl Value<'_> {
    pub(super) fn wrong(&self, allowed: impl Into<String>) -> WrongSetting {
        // A URL with an `@` may hold a password, whichever setting it was given to.
        let shown = if self.text.contains('@') { "…" } else { self.text };
        WrongSetting { variable: self.variable, value: shown.to_owned(), allowed: allowed.into() }
    }

    pub(super) fn parse<T: FromStr>(&self, allowed: &str) -> Result<T, WrongSetting> {
        self.text.parse().map_err(|_| self.wrong(allowed))
    }

    pub(super) fn one_of<T: Copy, const N: usize>(&self, choices: [(&'static str, T); N]) -> Result<T, WrongSetting> {
        let chosen = choices.iter().find(|(name, _)| *name == self.text);
        chosen.map(|(_, choice)| *choice).ok_or_else(|| {
            let names = choices.map(|(name, _)| name);
            let meant = similar(self.text, names).map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
            self.wrong(names.join(" or ") + &meant)
        })
    }

    pub(super) fn duration(&self) -> Result<Duration, WrongSetting> {
        humantime::parse_duration(self.text)
            .ok()
            .filter(|duration| duration.as_millis() > 0)
            .ok_or_else(|| self.wrong("a duration of a millisecond or more, such as 30s, 15m, 12h or 14d"))
    }

    /// A duration of at most a day.
    pub(super) fn at_most_a_day(&self) -> Result<Duration, WrongSetting> {
        const DAY: Duration = Duration::from_hours(24);
        self.duration()
            .ok()
            .filter(|duration| *duration <= DAY)
            .ok_or_else(|| self.wrong("a duration from 1ms to 1day"))
    }

    /// A duration, or `off`.
    pub(super) fn duration_or_off(&self) -> Result<Option<Duration>, WrongSetting> {
        if self.text == "off" {
            return Ok(None);
        }
        let or_off = |wrong: WrongSetting| WrongSetting { allowed: format!("off or {}", wrong.allowed), ..wrong };
        self.duration().map(Some).map_err(or_off)
    }

    /// A token of RFC 9110, 5.6.2 (RFC 6265, 4.1.1).
    pub(super) fn cookie_name(&self) -> Result<String, WrongSetting> {
        let is_token_char = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        if self.text.chars().all(is_token_char) {
            Ok(self.text.to_owned())
        } else {
            Err(self.wrong("a name of ASCII letters, digits, - and _"))
        }
    }

    /// A domain, with or without a dot at its start.
    pub(super) fn cookie_domain(&self) -> Result<String, WrongSetting> {
        let mut labels = self.text.strip_prefix('.').unwrap_or(self.text).split('.');
        let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if labels.all(is_label) { Ok(self.text.to_owned()) } else { Err(self.wrong("a domain such as example.com")) }
    }

    /// Items between commas or spaces.
    fn items(&self) -> impl Iterator<Item = &str> {
        self.text.split([',', ' ']).filter(|item| !item.is_empty())
    }

    /// Items between commas or spaces, each of this type.
    pub(super) fn list<T: FromStr>(&self, allowed: &str) -> Result<Vec<T>, WrongSetting> {
        self.items().map(|item| item.parse().map_err(|_| self.wrong(allowed))).collect()
    }

    pub(super) fn username_max(&self) -> Result<usize, WrongSetting> {
        let range = Username::DEFAULT_MAX_CHARS..=Username::MOST_CHARS;
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        let number = self.parse(&allowed)?;
        if range.contains(&number) { Ok(number) } else { Err(self.wrong(allowed)) }
    }

    /// Usernames between commas or spaces, or `off`.
    pub(super) fn reserved_usernames(&self) -> Result<ReservedUsernames, WrongSetting> {
        if self.text == "off" {
            return Ok(ReservedUsernames::none());
        }
        let rules = UsernameRules { policy: UsernamePolicy::Unicode, max_chars: Username::MOST_CHARS };
        let names = self.items().map(|name| Username::parse(name, rules));
        names.collect::<Result<_, _>>().map_err(|_| {
            let (min, max) = (Username::MIN_CHARS, rules.max_chars);
            self.wrong(format!("off or a list of usernames, each of {min} to {max} characters"))
        })
    }

    /// An address and a port, or `unix:` and an absolute path, since the working directory of a service is seldom known.
    pub(super) fn listen(&self) -> Result<ListenAddress, WrongSetting> {
        match self.text.strip_prefix(ListenAddress::UNIX_PREFIX) {
            Some(path) if path.starts_with('/') => Ok(ListenAddress::Unix(path.into())),
            Some(_) => Err(self.wrong("unix: and an absolute path, such as unix:/run/doorward/doorward.sock")),
            None => self
                .tcp_address()
                .map(ListenAddress::Tcp)
                .map_err(|wrong| WrongSetting { allowed: format!("{}, or unix: and a path", wrong.allowed), ..wrong }),
        }
    }

    /// An address and a port. A name is looked up once, now.
    pub(super) fn tcp_address(&self) -> Result<SocketAddr, WrongSetting> {
        let found = self.text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
        found.ok_or_else(|| self.wrong("an address and a port, such as 127.0.0.1:8080, [::]:8080 or localhost:8080"))
    }

    /// A store's URL may hold a password, so the value is never part of what is said about it.
    pub(super) fn store(&self) -> Result<StoreUrl, WrongSetting> {
        self.text.parse().map_err(|error: doorward_adapters_sql::InvalidStoreUrl| {
            let scheme = self.text.split_once(':').map(|(scheme, _)| scheme.trim());
            let is_scheme = |scheme: &&str| scheme.len() <= 16 && scheme.chars().all(|c| c.is_ascii_alphabetic());
            let shown = scheme.filter(is_scheme).map_or("…".to_owned(), |scheme| format!("{scheme}:…"));
            Value { variable: self.variable, text: &shown }
                .wrong(format!("sqlite:FILE, sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE ({error})"))
        })
    }

    /// A store's URL in a file.
    pub(super) fn store_in_file(&self) -> Result<StoreUrl, WrongSetting> {
        let content = self.secret()?;
        let store = Value { variable: self.variable, text: &content }.store();
        store.map_err(|wrong| self.wrong(format!("a file that holds {}", wrong.allowed)))
    }

    /// The content of a file with a secret. What is wrong is told with the path and never with the content.
    fn secret(&self) -> Result<Zeroizing<String>, WrongSetting> {
        let refused = |why: &str| self.wrong(format!("a file that holds the value in UTF-8 ({why})"));
        let bytes = read_file(self.text, MAX_SECRET_BYTES).map_err(|error| refused(&error.to_string()))?;
        if bytes.len() > MAX_SECRET_BYTES {
            return Err(refused(&format!("it is larger than {} KiB", MAX_SECRET_BYTES / 1_024)));
        }
        let mut content = Zeroizing::new(String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8"))?);
        let line = content.strip_suffix('\n').map_or(content.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
        let length = line.len();
        content.truncate(length);
        if content.is_empty() { Err(refused("it is empty")) } else { Ok(content) }
    }

    /// A file of the admin API's tokens.
    pub(super) fn admin_tokens(&self) -> Result<TokensFile, WrongSetting> {
        TokensFile::read(Path::new(self.text))
            .map_err(|error| self.wrong(format!("a file of tokens, one `name token` a line ({error})")))
    }

    pub(super) fn hash_threads(&self) -> Result<NonZeroUsize, WrongSetting> {
        const MOST: usize = 1_024;
        let allowed = format!("a whole number from 1 to {MOST}");
        let number: NonZeroUsize = self.parse(&allowed)?;
        if number.get() <= MOST { Ok(number) } else { Err(self.wrong(allowed)) }
    }

    pub(super) fn password_min(&self) -> Result<usize, WrongSetting> {
        let allowed = format!("a whole number from 1 to {}", Password::MAX_CHARS);
        let number = self.parse(&allowed)?;
        if (1..=Password::MAX_CHARS).contains(&number) { Ok(number) } else { Err(self.wrong(allowed)) }
    }

    /// A file of words.
    pub(super) fn password_words(&self) -> Result<Vec<String>, WrongSetting> {
        let bytes = read_file(self.text, MAX_WORDS_BYTES).map_err(|error| error.to_string());
        bytes.and_then(words_of).map_err(|why| {
            let kib = MAX_WORDS_BYTES / 1_024;
            self.wrong(format!("a file of words, one a line, in UTF-8 and of at most {kib} KiB ({why})"))
        })
    }

    pub(super) fn sessions_per_user(&self) -> Result<Option<NonZeroU32>, WrongSetting> {
        match self.text {
            "off" => Ok(None),
            _ => self.parse("off or a whole number, 1 or more").map(Some),
        }
    }

    /// An address alone is the block of that one address.
    pub(super) fn proxies(&self) -> Result<Vec<IpNet>, WrongSetting> {
        struct Block(IpNet);
        impl FromStr for Block {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                let block =
                    text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| ())?;
                Ok(Self(unmapped(block)))
            }
        }
        let blocks = self.list::<Block>("a list of IP addresses and CIDR blocks such as 10.0.0.0/8")?;
        Ok(blocks.into_iter().map(|Block(block)| block).collect())
    }

    /// A word that stands alone must be a level: as a target it would turn off everything else, and is most often a misspelt
    /// level.
    pub(super) fn log_filter(&self) -> Result<EnvFilter, WrongSetting> {
        const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
        let allowed = "off, error, warn, info, debug or trace, or a tracing filter such as info,sqlx=warn";
        let alone = self.text.split(',').map(str::trim).filter(|part| !part.contains(['=', '[']));
        if alone.clone().all(|word| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word))) {
            self.parse(allowed)
        } else {
            Err(self.wrong(allowed))
        }
    }

    pub(super) fn language(&self) -> Result<Option<Language>, WrongSetting> {
        let [english, german, french, spanish, portuguese, dutch] =
            Language::ALL.map(|language| (language.tag(), Some(language)));
        self.one_of([("auto", None), english, german, french, spanish, portuguese, dutch])
    }

    /// The name at the top of every page.
    pub(super) fn site_name(&self) -> Result<String, WrongSetting> {
        const MOST: usize = 60;
        let fits = self.text.chars().count() <= MOST && !self.text.chars().any(char::is_control);
        if fits {
            Ok(self.text.to_owned())
        } else {
            Err(self.wrong(format!("a name of at most {MOST} characters in one line")))
        }
    }

    pub(super) fn logo(&self) -> Result<Logo, WrongSetting> {
        let allowed = format!("a file of SVG, PNG, JPEG or WebP of at most {} KiB", Logo::MAX_BYTES / 1_024);
        let bytes =
            read_file(self.text, Logo::MAX_BYTES).map_err(|error| self.wrong(format!("{allowed} ({error})")))?;
        Logo::parse(bytes).map_err(|error| self.wrong(format!("{allowed} ({error})")))
    }
}

/// A block of IPv4-mapped IPv6 addresses as the block of IPv4 addresses. Peers' addresses are mapped likewise.
fn unmapped(block: IpNet) -> IpNet {
    const PREFIX: u8 = 96;
    let IpNet::V6(mapped) = block else { return block };
    let v4 = mapped.addr().to_ipv4_mapped().zip(mapped.prefix_len().checked_sub(PREFIX));
    v4.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok()).map_or(block, IpNet::V4)
}

/// The most bytes of a file of words.
const MAX_WORDS_BYTES: usize = 1_024 * 1_024;

/// The most bytes of a file with a secret.
const MAX_SECRET_BYTES: usize = 16 * 1_024;

/// The lines of a file of words but blank ones and those that start with `#`.
fn words_of(file: Vec<u8>) -> Result<Vec<String>, String> {
    if file.len() > MAX_WORDS_BYTES {
        return Err("it is larger".to_owned());
    }
    let text = String::from_utf8(file).map_err(|error| error.utf8_error().to_string())?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.map(str::to_owned).collect())
}

/// Reads a file, and no more of it than shows that it is too long.
fn read_file(path: &str, most: usize) -> io::Result<Vec<u8>> {
    // Asked before it is opened: to open a pipe without a writer would wait for one.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_words_has_one_a_line_and_comments() {
        let file = "# Products\r\nGreen Field\r\n\n  meerblick\n#end";
        assert_eq!(words_of(file.into()).expect("words"), ["Green Field", "meerblick"]);
        assert!(words_of(Vec::new()).expect("an empty file").is_empty());
    }

    #[test]
    fn a_file_of_words_is_utf_8_of_at_most_one_mebibyte() {
        assert!(words_of(vec![b'a'; 1 << 20]).is_ok());
        assert_eq!(words_of(vec![b'a'; (1 << 20) + 1]), Err("it is larger".to_owned()));
        assert!(words_of(vec![b'a', 0xff]).is_err_and(|why| why.contains("utf-8")));
    }
}
