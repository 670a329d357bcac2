//! The operator's commands on users, keys and sessions, beside a running server or without one. They ask for no password
//! but a new one, and nothing limits them: a person who can open the store can do all of this anyway. What a command revokes
//! or changes takes effect on every server before the command exits.

mod ask;
mod failure;
mod key;
mod record;
mod session;
mod user;

use std::sync::Arc;

use clap::{Args, Subcommand};
use doorward_adapters_crypto::Argon2idHasher;
use doorward_app::{Admin, ListSessions, UseCases};
use doorward_domain::ports::Clock;
use doorward_domain::{Attributes, LoginName, SessionPolicy, User, UserId};

use crate::clock::SystemClock;
use crate::settings::Settings;
use crate::wiring::ports;

pub(crate) use failure::Failure;

use failure::Kind;
use record::Record;

/// The operator's commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create, show, change or delete a user
    User {
        #[command(subcommand)]
        verb: user::Verb,
        #[command(flatten)]
        output: Output,
    },
    /// Add, show, list, check, change or delete the keys of users
    Key {
        #[command(subcommand)]
        verb: key::Verb,
        #[command(flatten)]
        output: Output,
    },
    /// Create, list, show, change or revoke sessions
    Session {
        #[command(subcommand)]
        verb: session::Verb,
        #[command(flatten)]
        output: Output,
    },
}

/// How the outcome is written.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Write the outcome as one line of JSON
    #[arg(long, global = true)]
    json: bool,
}

/// Which user.
#[derive(Debug, Args)]
pub(crate) struct Whose {
    /// The username in any spelling, or the user's id
    user: String,

    /// USER is an id, even if another user has it as their username
    #[arg(long)]
    id: bool,
}

/// Runs a command and returns what to print.
pub(crate) async fn run(settings: Settings, command: Command) -> Result<String, Failure> {
    let store = doorward_adapters_sql::connect(&settings.store).await.map_err(|error| Failure::from_store(&error))?;
    let hasher = Argon2idHasher::start(settings.argon2, settings.hash_threads)
        .map_err(|error| Failure::new(Kind::Failed, error.to_string()))?;
    let ports = ports(&store, Arc::new(hasher), Arc::new(SystemClock));
    let policies = settings.policies();
    let context = CommandContext {
        admin: Admin::new(&ports, &policies),
        list_sessions: UseCases::new(&ports, &policies).list_sessions,
        clock: ports.clock,
        sessions: settings.sessions,
    };
    let (records, output) = match command {
        Command::User { verb, output } => (user::run(&context, verb).await, output),
        Command::Key { verb, output } => (key::run(&context, verb).await, output),
        Command::Session { verb, output } => (session::run(&context, verb).await, output),
    };
    store.close().await;
    records.map(|outcome| if output.json { outcome.json() } else { outcome.text() })
}

/// What commands work with.
struct CommandContext {
    admin: Admin,
    list_sessions: ListSessions,
    clock: Arc<dyn Clock>,
    sessions: SessionPolicy,
}

/// The outcome of a command.
enum Outcome {
    One(Record),
    /// Any number, and their name in JSON.
    Many(&'static str, Vec<Record>),
}

impl Outcome {
    fn json(&self) -> String {
        match self {
            Self::One(record) => format!("{}\n", record.json()),
            Self::Many(name, records) => {
                let list: Vec<_> = records.iter().map(Record::json).collect();
                format!("{}\n", serde_json::json!({ *name: list }))
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Self::One(record) => record.text(),
            Self::Many(_, records) => records.iter().map(Record::text).collect::<Vec<_>>().join("\n"),
        }
    }
}

impl CommandContext {
    async fn user(&self, whose: &Whose) -> Result<User, Failure> {
        let users = &self.admin.users;
        let by_id = match UserId::parse(&whose.user) {
            Some(id) => users.by_id(&id).await?,
            None => None,
        };
        let by_name = match LoginName::parse(&whose.user) {
            Ok(name) if !whose.id => users.by_key(&name.key_id()).await?,
            _ => None,
        };
        match (by_id, by_name) {
            (Some(one), Some(other)) if one.id != other.id => {
                let which = format!("{:?} is the id of one user and the username of another", whose.user);
                Err(Failure::new(
                    Kind::Data,
                    format!("{which}; --id means the first; the second's id is {}", other.id.as_str()),
                ))
            }
            (Some(user), _) | (None, Some(user)) => Ok(user),
            (None, None) => Err(Failure::new(Kind::NotFound, format!("there is no user {:?}", whose.user))),
        }
    }
}

fn attributes(json: Option<&str>) -> Result<Attributes, Failure> {
    json.map_or(Ok(Attributes::default()), Attributes::parse)
        .map_err(|error| Failure::new(Kind::Data, error.to_string()))
}

/// For a user or a session that was deleted while the command ran.
fn gone(what: &str) -> Failure {
    Failure::new(Kind::NotFound, format!("there is no such {what}"))
}
