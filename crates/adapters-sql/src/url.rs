//! The text that names a store, as an operator writes it in `DATABASE_URL`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use thiserror::Error;

use crate::{postgres, sqlite};

/// Names a store: `sqlite:doorward.db`, `sqlite:///var/lib/doorward.db`, `sqlite::memory:`,
/// `postgres://user:password@host:5432/database`, or the same with `postgresql:`.
///
/// What it displays, in `Debug` too, has no password.
#[derive(Clone)]
pub struct StoreUrl(Target);

/// What a [`StoreUrl`] leads to.
#[derive(Clone)]
pub(crate) enum Target {
    Sqlite(sqlite::Location),
    Postgres(Box<Postgres>),
}

/// A database of PostgreSQL.
#[derive(Clone)]
pub(crate) struct Postgres {
    pub(crate) options: PgConnectOptions,
    /// The names of parameters that have no effect.
    ignored: Vec<String>,
}

/// What is wrong with the name of a store. No variant carries more of the text than a scheme or the name of a parameter:
/// the rest may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidStoreUrl {
    /// It starts with no scheme, or with one of a database that is not supported.
    #[error("a store is named sqlite:FILE, sqlite::memory:, postgres://… or postgresql://…")]
    Scheme,
    /// An SQLite store without a file.
    #[error(
        "the name of the file is missing: write sqlite:FILE, or sqlite::memory: for a store that is soon forgotten"
    )]
    NoFile,
    /// A parameter that does not exist.
    #[error("there is no parameter `{0}` for this kind of store")]
    UnknownParameter(String),
    /// A parameter that exists, with a value that it cannot have.
    #[error("the parameter `{0}` cannot have this value")]
    ParameterValue(String),
    /// An `@` stands behind the first `/`, `?` or `#`, so that a part of the password was read as a host, path or parameter.
    #[error("an @ stands behind the first /, ? or #: percent-encode the password, and any other @ as %40")]
    UnescapedPassword,
    /// It is otherwise not written as a URL is.
    #[error("it is not written as a URL is; special characters in a user name or password are percent-encoded")]
    Malformed,
}

impl StoreUrl {
    /// The names of the URL's parameters that are not known and have no effect.
    #[must_use]
    pub fn ignored_parameters(&self) -> &[String] {
        match &self.0 {
            Target::Sqlite(_) => &[],
            Target::Postgres(postgres) => &postgres.ignored,
        }
    }

    /// Whether the store is in memory, and gone when the process ends.
    #[must_use]
    pub fn is_in_memory(&self) -> bool {
        matches!(self.0, Target::Sqlite(sqlite::Location::Memory))
    }

    /// The file of an SQLite store.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.0 {
            Target::Sqlite(sqlite::Location::File { path, .. }) => Some(path),
            Target::Sqlite(sqlite::Location::Memory) | Target::Postgres(_) => None,
        }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.0
    }
}

impl FromStr for StoreUrl {
    type Err = InvalidStoreUrl;

    fn from_str(text: &str) -> Result<Self, InvalidStoreUrl> {
        let (scheme, rest) = text.split_once(':').ok_or(InvalidStoreUrl::Scheme)?;
        match scheme {
            "sqlite" => parse_sqlite(text, rest).map(|location| Self(Target::Sqlite(location))),
            "postgres" | "postgresql" if rest.starts_with("//") => {
                parse_postgres(text).map(|postgres| Self(Target::Postgres(Box::new(postgres))))
            }
            _ => Err(InvalidStoreUrl::Scheme),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Target::Sqlite(location) => location.fmt(f),
            Target::Postgres(target) => f.write_str(&postgres::describe(&target.options)),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn parse_sqlite(text: &str, rest: &str) -> Result<sqlite::Location, InvalidStoreUrl> {
    if rest.strip_prefix("//").unwrap_or(rest) == ":memory:" {
        return Ok(sqlite::Location::Memory);
    }
    let mut create = true;
    for (name, value) in parameters(text) {
        match (name, value) {
            ("mode", "rwc") => create = true,
            ("mode", "rw") => create = false,
            ("mode", _) => return Err(InvalidStoreUrl::ParameterValue(name.to_owned())),
            _ => return Err(InvalidStoreUrl::UnknownParameter(name.to_owned())),
        }
    }
    let options: SqliteConnectOptions = text.parse().map_err(|_| InvalidStoreUrl::Malformed)?;
    let path: PathBuf = options.get_filename().to_owned();
    if path.as_os_str().is_empty() { Err(InvalidStoreUrl::NoFile) } else { Ok(sqlite::Location::File { path, create }) }
}

/// Parameters of PostgreSQL's own client library that change nothing here, such as `channel_binding=require` in the URLs of
/// hosted databases.
const WITHOUT_EFFECT: [&str; 18] = [
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "sslcompression",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
];

fn parse_postgres(text: &str) -> Result<Postgres, InvalidStoreUrl> {
    const KNOWN: [&str; 18] = [
        "application_name",
        "dbname",
        "host",
        "hostaddr",
        "options",
        "password",
        "port",
        "ssl-ca",
        "ssl-cert",
        "ssl-key",
        "ssl-mode",
        "ssl-root-cert",
        "sslcert",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "statement-cache-capacity",
        "user",
    ];
    let (_, rest) = text.split_once("://").ok_or(InvalidStoreUrl::Malformed)?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    if tail.contains('@') {
        return Err(InvalidStoreUrl::UnescapedPassword);
    }
    // sqlx only warns of a parameter it does not know, and shows its value: `pasword=…` would be a password in the log.
    let (mut kept, mut ignored) = (Vec::new(), Vec::new());
    for (name, value) in parameters(text) {
        if KNOWN.contains(&name) || name.starts_with("options[") {
            kept.push(format!("{name}={value}"));
        } else if WITHOUT_EFFECT.contains(&name) {
            // Nothing changes, and nothing needs to be said.
        } else if name.starts_with("ssl") || name.starts_with("pass") {
            // `sslmod=require` would be a connection in the clear.
            return Err(InvalidStoreUrl::UnknownParameter(plain_name(name)));
        } else {
            ignored.push(plain_name(name));
        }
    }
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    // The URL of a socket has a user without a host, which the URL standard does not know.
    let authority = match authority.strip_suffix('@') {
        Some(user) => {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            let as_parameter =
                |name: &str, value: &str| format!("{name}={}", value.replace('+', "%2B").replace('&', "%26"));
            kept.push(as_parameter("user", user));
            if !password.is_empty() {
                kept.push(as_parameter("password", password));
            }
            ""
        }
        None => authority,
    };
    let url = format!("postgres://{authority}{path}?{}", kept.join("&"));
    let options: PgConnectOptions = url.parse().map_err(|_| InvalidStoreUrl::Malformed)?;
    let host = options.get_host().trim_start_matches('[').trim_end_matches(']').to_owned();
    Ok(Postgres { options: options.host(&host), ignored })
}

/// The name of a parameter, where it is one: else it may be a piece of a password.
fn plain_name(name: &str) -> String {
    let is_plain = name.len() <= 32 && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == '-');
    if is_plain { name.to_owned() } else { "…".to_owned() }
}

fn parameters(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, InvalidStoreUrl> {
        text.parse::<StoreUrl>().map(|url| url.to_string())
    }

    #[test]
    fn a_file_can_be_named_in_every_way_that_is_in_use() {
        assert_eq!(shown("sqlite:doorward.db"), Ok("doorward.db".into()));
        assert_eq!(shown("sqlite://doorward.db"), Ok("doorward.db".into()));
        assert_eq!(shown("sqlite:///var/lib/doorward.db"), Ok("/var/lib/doorward.db".into()));
        assert_eq!(shown("sqlite:/var/lib/doorward.db"), Ok("/var/lib/doorward.db".into()));
        assert_eq!(shown("sqlite://doorward.db?mode=rwc"), Ok("doorward.db".into()));
        assert_eq!(shown("sqlite:my%20door.db"), Ok("my door.db".into()));
        assert_eq!(shown("sqlite::memory:"), Ok("sqlite::memory:".into()));
        assert_eq!(shown("sqlite://:memory:"), Ok("sqlite::memory:".into()));
    }

    #[test]
    fn a_file_that_must_exist_is_not_created() {
        let url: StoreUrl = "sqlite:doorward.db?mode=rw".parse().expect("a good URL");
        assert!(matches!(url.target(), Target::Sqlite(sqlite::Location::File { create: false, .. })));
    }

    #[test]
    fn a_store_that_no_backend_has_is_refused_with_what_is_allowed() {
        for text in ["", "doorward.db", "mysql://root:secret@db/x", "SQLITE:x", "postgres:x", "file:x", "sqlite"] {
            assert_eq!(shown(text), Err(InvalidStoreUrl::Scheme), "{text}");
        }
        let told = InvalidStoreUrl::Scheme.to_string();
        assert!(told.contains("sqlite:") && told.contains("postgres://"), "{told}");
    }

    #[test]
    fn a_file_without_a_name_and_parameters_without_meaning_are_refused() {
        assert_eq!(shown("sqlite:"), Err(InvalidStoreUrl::NoFile));
        assert_eq!(shown("sqlite://"), Err(InvalidStoreUrl::NoFile));
        assert_eq!(shown("sqlite:a.db?mode=memory"), Err(InvalidStoreUrl::ParameterValue("mode".into())));
        assert_eq!(shown("sqlite:a.db?vfs=none"), Err(InvalidStoreUrl::UnknownParameter("vfs".into())));
        assert_eq!(shown("postgres://h/d?sslmod=require"), Err(InvalidStoreUrl::UnknownParameter("sslmod".into())));
        assert_eq!(shown("postgres://h:port/d"), Err(InvalidStoreUrl::Malformed));
        assert_eq!(shown("postgres://h/d?sslmode=maybe"), Err(InvalidStoreUrl::Malformed));
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        for text in [
            "postgres://alice:hunter2@db.example:5433/doorward",
            "postgresql://alice@db.example:5433/doorward?password=hunter2",
        ] {
            let url: StoreUrl = text.parse().expect("a good URL");
            assert_eq!(url.to_string(), "postgres://alice@db.example:5433/doorward");
            assert_eq!(format!("{url:?}"), url.to_string());
        }
        for text in ["postgres://alice:hunter2@db:port/x", "mysql://alice:hunter2@db", "postgres://db/x?pass=hunter2"] {
            let error = text.parse::<StoreUrl>().expect_err("a bad URL");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn an_address_of_ipv6_loses_the_brackets_of_its_url() {
        let url: StoreUrl = "postgres://alice@[::1]:5433/doorward".parse().expect("a good URL");
        let Target::Postgres(target) = url.target() else { panic!("another backend") };
        assert_eq!(target.options.get_host(), "::1");
    }

    #[test]
    fn an_unescaped_password_is_told_and_no_piece_of_it_shown() {
        for password in ["x?hunter2", "hunter2/word", "hunter2#y", "a/b?c=hunter2", "x?y&hunter2"] {
            let text = format!("postgres://alice:{password}@db.example/doorward");
            let error = text.parse::<StoreUrl>().expect_err("a bad URL");
            assert_eq!(error, InvalidStoreUrl::UnescapedPassword, "{text}");
            assert!(error.to_string().contains("percent-encode the password"), "{error}");
        }
        let at: StoreUrl = "postgres://alice:p@ss@db.example/doorward".parse().expect("the last @ ends the password");
        assert_eq!(at.to_string(), "postgres://alice@db.example:5432/doorward");
    }

    #[test]
    fn a_socket_can_be_named_behind_a_user() {
        for text in [
            "postgres://alice:p%40ss+1@/doorward?host=/cloudsql/project:region:db",
            "postgres://alice:x&y=z@/doorward?host=/cloudsql/project:region:db",
            "postgres://alice:p%40ss+1@/doorward?host=%2Fcloudsql%2Fproject:region:db",
            "postgresql:///doorward?user=alice&password=x&host=/cloudsql/project:region:db",
        ] {
            assert_eq!(
                shown(text),
                Ok("postgres://alice@[/cloudsql/project:region:db]:5432/doorward".into()),
                "{text}"
            );
        }
    }

    #[test]
    fn parameters_of_other_clients_have_no_effect_and_unknown_ones_are_told() {
        let neon: StoreUrl = "postgres://a:b@h/d?sslmode=require&channel_binding=require&connect_timeout=10&sslsni=1"
            .parse()
            .expect("a good URL");
        assert_eq!(neon.ignored_parameters(), [""; 0]);
        let other: StoreUrl = "postgres://a:b@h/d?schema=public&hunter2%21=x".parse().expect("a good URL");
        assert_eq!(other.ignored_parameters(), ["schema", "…"]);
    }
}
