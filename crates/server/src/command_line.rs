//! The command line and the environment, as texts: what each setting is called and what it is when nobody says
//! anything. What the texts mean is decided in `settings`.

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser};

use crate::command::Command;

/// Sign-in with username and password as a service of your own.
///
/// Every setting is a flag and an environment variable, and a file `.env` in the working directory is read where there
/// is one. A flag goes before a variable, a variable before the file.
#[derive(Debug, Parser)]
#[command(name = "doorward", version, about, long_about = None)]
#[command(after_help = "Without a command it serves. Settings stand before the command.")]
#[command(subcommand_help_heading = "Commands, for operators", disable_help_subcommand = true)]
pub(crate) struct CommandLine {
    /// Where to listen; port 0 takes a free one
    #[arg(long, env = "DOORWARD_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub(crate) listen: String,

    /// What people type to get here; https makes cookies Secure [default: `http://localhost` with the port of --listen]
    #[arg(long, env = "DOORWARD_PUBLIC_URL", value_name = "URL")]
    pub(crate) public_url: Option<String>,

    /// The store: `sqlite:FILE`, created when missing, or `postgres://…`
    #[arg(
        long,
        env = "DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://doorward.db",
        value_name = "URL"
    )]
    pub(crate) database_url: String,

    /// Where /metrics is served, for Prometheus; nowhere unless this is set
    #[arg(long, env = "DOORWARD_METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub(crate) metrics_listen: Option<String>,

    /// How long a session is active after it was opened or renewed
    #[arg(long, env = "DOORWARD_SESSION_ACTIVE", default_value = "1d", value_name = "DURATION")]
    pub(crate) session_active: String,

    /// How long a session is idle after that, before it is dead
    #[arg(long, env = "DOORWARD_SESSION_IDLE", default_value = "14d", value_name = "DURATION")]
    pub(crate) session_idle: String,

    /// The longest life of a session, however often it is renewed
    #[arg(long, env = "DOORWARD_SESSION_MAX", default_value = "off", value_name = "DURATION|off")]
    pub(crate) session_max: String,

    /// The most sessions that a user has at once; the oldest ends when one more is opened
    #[arg(long, env = "DOORWARD_SESSIONS_PER_USER", default_value = "1000", value_name = "N|off")]
    pub(crate) sessions_per_user: String,

    /// The name of the session cookie
    #[arg(long, env = "DOORWARD_COOKIE_NAME", default_value = "auth_session", value_name = "NAME")]
    pub(crate) cookie_name: String,

    /// A domain that shares the session cookie with its subdomains
    #[arg(long, env = "DOORWARD_COOKIE_DOMAIN", value_name = "DOMAIN")]
    pub(crate) cookie_domain: Option<String>,

    /// Memory of an Argon2id hash, in KiB
    #[arg(long, env = "DOORWARD_ARGON2_MEMORY_KIB", default_value = "19456", value_name = "KIB")]
    pub(crate) argon2_memory_kib: String,

    /// Passes of an Argon2id hash over its memory
    #[arg(long, env = "DOORWARD_ARGON2_ITERATIONS", default_value = "2", value_name = "N")]
    pub(crate) argon2_iterations: String,

    /// Lanes of an Argon2id hash
    #[arg(long, env = "DOORWARD_ARGON2_LANES", default_value = "1", value_name = "N")]
    pub(crate) argon2_lanes: String,

    /// How many passwords are hashed at once [default: the number of cores]
    #[arg(long, env = "DOORWARD_HASH_THREADS", value_name = "N")]
    pub(crate) hash_threads: Option<String>,

    /// The fewest characters of a new password
    #[arg(long, env = "DOORWARD_PASSWORD_MIN", default_value = "6", value_name = "N")]
    pub(crate) password_min: String,

    /// Whether the most common passwords are refused
    #[arg(long, env = "DOORWARD_PASSWORD_BLOCKLIST", default_value = "on", value_name = "on|off")]
    pub(crate) password_blocklist: String,

    /// Whether guesses at passwords, and sign-ups, are bounded; off is for tests and benchmarks
    #[arg(long, env = "DOORWARD_THROTTLE", default_value = "on", value_name = "on|off")]
    pub(crate) throttle: String,

    /// Addresses and CIDR blocks whose X-Forwarded-For, -Proto and -Host are believed
    #[arg(long, env = "DOORWARD_TRUSTED_PROXIES", value_name = "LIST")]
    pub(crate) trusted_proxies: Option<String>,

    /// Other origins that may post here and read the answers (CORS)
    #[arg(long, env = "DOORWARD_TRUSTED_ORIGINS", value_name = "LIST")]
    pub(crate) trusted_origins: Option<String>,

    /// Other origins that `next` may lead to
    #[arg(long, env = "DOORWARD_RETURN_ORIGINS", value_name = "LIST")]
    pub(crate) return_origins: Option<String>,

    /// Whether anybody may sign up
    #[arg(long, env = "DOORWARD_SIGNUP", default_value = "open", value_name = "open|closed")]
    pub(crate) signup: String,

    /// Which characters a new username may have
    #[arg(long, env = "DOORWARD_USERNAMES", default_value = "unicode", value_name = "unicode|precis|ascii")]
    pub(crate) usernames: String,

    /// The language of the pages; `auto` is each reader's own, English where there is none
    #[arg(long, env = "DOORWARD_LANGUAGE", default_value = "auto", value_name = "auto|en|de")]
    pub(crate) language: String,

    /// What the pages call your site [default: Doorward, in the title alone]
    #[arg(long, env = "DOORWARD_SITE_NAME", value_name = "NAME")]
    pub(crate) site_name: Option<String>,

    /// The colour of the pages' buttons and links, as `#2f5d50`
    #[arg(long, env = "DOORWARD_SITE_COLOR", value_name = "COLOR")]
    pub(crate) site_color: Option<String>,

    /// A picture above every page's heading: a file of SVG, PNG, JPEG or WebP
    #[arg(long, env = "DOORWARD_SITE_LOGO", value_name = "FILE")]
    pub(crate) site_logo: Option<String>,

    /// What is logged, as a filter of the `tracing` crate
    #[arg(long, env = "DOORWARD_LOG", default_value = "info", value_name = "FILTER")]
    pub(crate) log: String,

    /// How it is logged
    #[arg(long, env = "DOORWARD_LOG_FORMAT", default_value = "text", value_name = "text|json")]
    pub(crate) log_format: String,

    /// What to do instead of serving.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the program was asked to do.
pub(crate) enum Invocation {
    Serve(Box<CommandLine>),
    /// Do this, by these settings, and end.
    Run(Box<CommandLine>, Command),
    /// Print this text, such as the help.
    Print(String),
    /// Nothing, since this is wrong with the command line.
    Wrong(String),
}

impl CommandLine {
    /// Reads the arguments and the environment of the process.
    pub(crate) fn read() -> Invocation {
        // An empty variable, which tools write for one that is not set, counts as none.
        let is_empty = |variable: &OsStr| std::env::var_os(variable).is_some_and(|value| value.is_empty());
        let command = Self::command().mut_args(|argument| match argument.get_env() {
            Some(variable) if is_empty(variable) => argument.env(None),
            _ => argument,
        });
        Self::parse(command, std::env::args_os())
    }

    /// Reads these arguments, the program's name first, and nothing of the environment.
    pub(crate) fn read_from<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Invocation {
        Self::parse(Self::command().mut_args(|argument| argument.env(None)), arguments)
    }

    fn parse<T: Into<OsString> + Clone>(command: clap::Command, arguments: impl IntoIterator<Item = T>) -> Invocation {
        let parsed = command.try_get_matches_from(arguments);
        match parsed.and_then(|matches| Self::from_arg_matches(&matches)) {
            Ok(mut command_line) => match command_line.command.take() {
                Some(command) => Invocation::Run(Box::new(command_line), command),
                None => Invocation::Serve(Box::new(command_line)),
            },
            Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
                Invocation::Print(error.render().to_string())
            }
            Err(error) => {
                let text = error.render().to_string();
                // What is missing is listed in lines of their own. Without its verb a command is answered with its help.
                let line = match error.kind() {
                    ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "the command is not complete".to_owned(),
                    _ => text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect::<Vec<_>>().join(" "),
                };
                Invocation::Wrong(format!("{}; see doorward --help", line.trim_start_matches("error: ")))
            }
        }
    }
}

/// The variables that look like settings and are none, such as misspelt ones.
pub(crate) fn unknown_variables() -> Vec<String> {
    let command = CommandLine::command();
    let known: Vec<&OsStr> = command.get_arguments().filter_map(|argument| argument.get_env()).collect();
    let set = std::env::vars_os().map(|(name, _)| name);
    set.filter(|name| !known.contains(&name.as_os_str()))
        .filter_map(|name| name.into_string().ok())
        .filter(|name| name.starts_with("DOORWARD_"))
        .collect()
}

/// Puts what a file `.env` says into the environment, where there is one and nothing else said it.
pub(crate) fn read_dot_env() -> Result<(), String> {
    match dotenvy::from_path(".env") {
        Ok(()) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(dotenvy::Error::LineParse(line, at)) => {
            let name = line.split('=').next().unwrap_or_default().trim();
            Err(format!("the file .env cannot be read: column {at} of the line that starts with {name:?}"))
        }
        Err(error) => Err(format!("the file .env cannot be read: {error}")),
    }
}
