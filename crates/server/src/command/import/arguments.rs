//! The sources, and what can be said about each.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use doorward_adapters_crypto::BetterAuthSigner;
use doorward_adapters_http::Origin;
use doorward_adapters_sql::{
    AttributeColumns, ForeignSystem, OpenSource, SessionIds, SourceOptions, StoreUrl, UsernameFrom, open_source,
};
use doorward_app::ImportOptions;

use super::super::failure::{Failure, Kind};
use super::super::ndjson::NdjsonSource;
use super::opened::{Opened, SessionSettings};
use crate::settings::Settings;

/// Where accounts come from.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportFrom {
    /// Import the users, keys and sessions of Lucia 1 or 2
    LuciaV2 {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        common: Common,
    },
    /// Import the users and sessions of Lucia 3, or of its site's code
    LuciaV3 {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        common: Common,

        /// What the id of a session is: the text of the cookie, or its SHA-256 [default: found out]
        #[arg(long, value_enum, value_name = "plain|sha256")]
        session_ids: Option<SessionIdsName>,

        /// The table of users' ids with other providers
        #[arg(long, value_name = "NAME")]
        oauth_table: Option<String>,
    },
    /// Import the users, accounts and sessions of Better Auth
    BetterAuth {
        #[command(flatten)]
        database: Database,
        #[command(flatten)]
        common: Common,

        /// A file with the secret of that server; without it, or `BETTER_AUTH_SECRET`, no session is imported
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        secret_file: Option<PathBuf>,
    },
    /// Import a file of one JSON object a line, such as an export
    Ndjson {
        /// The file; `-` is standard input
        #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
        from: String,

        #[command(flatten)]
        common: Common,
    },
}

/// What can be said about every source.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Common {
    /// Find what cannot be imported, and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Write each finding to a new file, as CSV
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) report: Option<PathBuf>,

    /// Leave out what cannot be imported, in place of importing nothing
    #[arg(long)]
    pub(super) skip_refused: bool,

    /// Import no sessions
    #[arg(long)]
    no_sessions: bool,

    /// A CSV file `userId,username` with new names; behind `import`, --usernames is the same
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    new_usernames: Option<PathBuf>,

    /// Import users of a second factor without it
    #[arg(long)]
    drop_second_factor: bool,
}

/// What can be said about a database.
#[derive(Debug, Args)]
pub(crate) struct Database {
    /// The database: sqlite:FILE or postgres://…
    #[arg(long, value_name = "URL")]
    from: String,

    /// How users without a username get one: column (they do not), email, or key:PROVIDER
    #[arg(long, value_name = "SOURCE", default_value = "column")]
    username_from: String,

    /// The columns of users that become attributes: none, all, or a list
    #[arg(long, value_name = "none|all|COLUMN,…", default_value = "none")]
    attributes: String,

    /// The table of users
    #[arg(long, value_name = "NAME")]
    user_table: Option<String>,

    /// The table of keys or accounts
    #[arg(long, value_name = "NAME")]
    key_table: Option<String>,

    /// The table of sessions
    #[arg(long, value_name = "NAME")]
    session_table: Option<String>,

    /// The column that holds a field, such as username=login; can be repeated
    #[arg(long, value_name = "FIELD=COLUMN", action = clap::ArgAction::Append)]
    column: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SessionIdsName {
    Plain,
    Sha256,
}

impl ImportFrom {
    /// Opens the source.
    pub(super) async fn open(self, settings: &Settings) -> Result<(Common, Opened), Failure> {
        const DAY: Duration = Duration::from_hours(24);
        const LUCIA: &str = "auth_session";
        match self {
            Self::LuciaV2 { database, common } => {
                let opened = database.open(ForeignSystem::LuciaV2, &common, |_| {}).await?;
                let sessions = SessionSettings { cookie: LUCIA, active: "1d", idle: "14d" };
                Ok((common, Opened::new(opened, Some(sessions), 14 * DAY)))
            }
            Self::LuciaV3 { database, common, session_ids, oauth_table } => {
                let session_ids = session_ids.map(|name| match name {
                    SessionIdsName::Plain => SessionIds::Plain,
                    SessionIdsName::Sha256 => SessionIds::Sha256,
                });
                let further = |options: &mut SourceOptions| {
                    options.session_ids = session_ids;
                    options.oauth_table = oauth_table;
                };
                let opened = database.open(ForeignSystem::LuciaV3, &common, further).await?;
                // The code that people copied calls it `auth-session` or `session`.
                let cookie = match opened.session_ids {
                    SessionIds::Plain => LUCIA,
                    SessionIds::Sha256 => "auth-session",
                };
                let sessions = SessionSettings { cookie, active: "15d", idle: "15d" };
                Ok((common, Opened::new(opened, Some(sessions), 15 * DAY)))
            }
            Self::BetterAuth { database, common, secret_file } => {
                let signer = signer(secret_file.as_deref())?;
                let has_secret = signer.is_some();
                let further = |options: &mut SourceOptions| options.signer = signer.map(|signer| Arc::new(signer) as _);
                let opened = database.open(ForeignSystem::BetterAuth, &common, further).await?;
                let is_https = settings.public_origin.as_ref().is_some_and(Origin::is_https);
                let cookie = if is_https { "__Secure-better-auth.session_token" } else { "better-auth.session_token" };
                let sessions = has_secret.then_some(SessionSettings { cookie, active: "1d", idle: "6d" });
                Ok((common, Opened::new(opened, sessions, 6 * DAY)))
            }
            Self::Ndjson { from, common } => {
                let accounts = Box::new(NdjsonSource::open(&from)?);
                let idle_period = settings.sessions.idle;
                Ok((common, Opened { accounts, tables: vec![], sessions: None, idle_period }))
            }
        }
    }
}

impl Database {
    async fn open(
        self,
        system: ForeignSystem,
        common: &Common,
        further: impl FnOnce(&mut SourceOptions),
    ) -> Result<OpenSource, Failure> {
        let url = self.url()?;
        let mut options = SourceOptions {
            username_from: self.username_from()?,
            attributes: self.attributes(),
            columns: self.columns()?,
            user_table: self.user_table,
            key_table: self.key_table,
            session_table: self.session_table,
            without_sessions: common.no_sessions,
            ..SourceOptions::default()
        };
        further(&mut options);
        Ok(open_source(system, &url, options).await?)
    }

    /// A path of a file that exists is taken for SQLite's.
    fn url(&self) -> Result<StoreUrl, Failure> {
        let is_file = !self.from.contains("://") && Path::new(&self.from).is_file();
        let text = if is_file { format!("sqlite:{}", encoded(&self.from)) } else { self.from.clone() };
        // The error never repeats the URL, which may hold a password.
        text.parse().map_err(|error| Failure::new(Kind::Usage, format!("--from: {error}")))
    }

    fn username_from(&self) -> Result<UsernameFrom, Failure> {
        match self.username_from.split_once(':') {
            None if self.username_from == "column" => Ok(UsernameFrom::Column),
            None if self.username_from == "email" => Ok(UsernameFrom::Email),
            Some(("key", provider)) if !provider.is_empty() => Ok(UsernameFrom::Key(provider.to_owned())),
            _ => Err(usage(&format!(
                "--username-from is {:?}, but must be column, email or key:PROVIDER",
                self.username_from
            ))),
        }
    }

    fn attributes(&self) -> AttributeColumns {
        match self.attributes.as_str() {
            "none" | "" => AttributeColumns::None,
            "all" => AttributeColumns::All,
            list => AttributeColumns::Named(list.split(',').map(|name| name.trim().to_owned()).collect()),
        }
    }

    fn columns(&self) -> Result<Vec<(String, String)>, Failure> {
        let pair = |text: &String| {
            let pair = text.split_once('=').filter(|(field, column)| !field.is_empty() && !column.is_empty());
            let pair = pair.map(|(field, column)| (field.to_owned(), column.to_owned()));
            pair.ok_or_else(|| {
                usage(&format!("--column is {text:?}, but must be FIELD=COLUMN, such as username=login"))
            })
        };
        self.column.iter().map(pair).collect()
    }
}

impl Common {
    pub(super) fn options(&self, settings: &Settings, idle_period: Duration) -> Result<ImportOptions, Failure> {
        Ok(ImportOptions {
            usernames: settings.sign_up.usernames,
            new_usernames: self.new_usernames.as_deref().map(new_usernames).transpose()?.unwrap_or_default(),
            drop_second_factors: self.drop_second_factor,
            sessions: !self.no_sessions,
            idle_period,
        })
    }
}

/// The secret of the other server, from the file or the variable that it is in there.
fn signer(file: Option<&Path>) -> Result<Option<BetterAuthSigner>, Failure> {
    let secret = match file {
        Some(file) => Some(read(file)?),
        None => std::env::var("BETTER_AUTH_SECRET").ok(),
    };
    let signer = secret.map(|secret| BetterAuthSigner::new(secret.trim_end_matches(['\r', '\n'])));
    signer.transpose().map_err(|_| usage("the secret of Better Auth is empty"))
}

/// The new usernames by the ids of users. A first line `userId,username` is a header.
fn new_usernames(file: &Path) -> Result<HashMap<String, String>, Failure> {
    let text = read(file)?;
    let lines = text.trim_start_matches('\u{feff}').lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let mut names = HashMap::new();
    for (line, number) in lines.filter(|(line, number)| !(*number == 1 && line.trim() == "userId,username")) {
        let (id, name) = line.split_once(',').ok_or_else(|| {
            Failure::new(Kind::Data, format!("line {number} of {} is not `userId,username`", file.display()))
        })?;
        names.insert(unquoted(id), unquoted(name));
    }
    Ok(names)
}

/// The value of a field of CSV.
fn unquoted(field: &str) -> String {
    let field = field.trim();
    match field.strip_prefix('"').and_then(|field| field.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => field.to_owned(),
    }
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file)
        .map_err(|error| Failure::new(Kind::NoInput, format!("the file {} cannot be read: {error}", file.display())))
}

fn usage(line: &str) -> Failure {
    Failure::new(Kind::Usage, line)
}

/// A path as a URL has it.
fn encoded(path: &str) -> String {
    path.replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}
