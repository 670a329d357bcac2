//! The operator's commands: what is done to users, keys and sessions from the command line, beside a running server or
//! without one. No password but a new one is asked for, and nothing is throttled: whoever can open the store may do all of
//! it anyway. What a command ends or changes is so on every server before it says so.

mod ask;
mod failure;
mod key;
mod record;
mod session;
mod user;

use std::sync::Arc;

use clap::{Args, Subcommand};
use doorward_adapters_crypto::{Argon2idHasher, OsTokenGenerator};
use doorward_adapters_sql::Store;
use doorward_app::GetUser;
use doorward_domain::ports::{Clock, PasswordHasher, TokenGenerator};
use doorward_domain::{Attributes, LoginName, User, UserId};

use crate::clock::SystemClock;
use crate::settings::Settings;

pub(crate) use failure::Failure;

use failure::Kind;
use record::Record;

/// What the operator has to do with.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create, show, change or delete a user
    User {
        #[command(subcommand)]
        verb: user::Verb,
        #[command(flatten)]
        output: Output,
    },
    /// Add, show, list, use, change or delete the keys that users are known by
    Key {
        #[command(subcommand)]
        verb: key::Verb,
        #[command(flatten)]
        output: Output,
    },
    /// Create, list, show, change or end sessions
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

    /// USER is an id, even if somebody has it as their username
    #[arg(long)]
    id: bool,
}

/// Does what was asked for, and answers what there is to print.
pub(crate) async fn run(settings: Settings, command: Command) -> Result<String, Failure> {
    let store = doorward_adapters_sql::connect(&settings.store).await.map_err(|error| Failure::from_store(&error))?;
    let hasher = Argon2idHasher::start(settings.argon2, settings.hash_threads)
        .map_err(|error| Failure::new(Kind::Failed, error.to_string()))?;
    let desk = Desk {
        store,
        hasher: Arc::new(hasher),
        tokens: Arc::new(OsTokenGenerator),
        clock: Arc::new(SystemClock),
        settings,
    };
    let (records, output) = match command {
        Command::User { verb, output } => (user::run(&desk, verb).await, output),
        Command::Key { verb, output } => (key::run(&desk, verb).await, output),
        Command::Session { verb, output } => (session::run(&desk, verb).await, output),
    };
    desk.store.close().await;
    records.map(|outcome| if output.json { outcome.json() } else { outcome.text() })
}

/// What commands work with.
struct Desk {
    store: Store,
    hasher: Arc<dyn PasswordHasher>,
    tokens: Arc<dyn TokenGenerator>,
    clock: Arc<dyn Clock>,
    settings: Settings,
}

/// What a command came to.
enum Outcome {
    One(Record),
    /// Any number, and what they are called together.
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

impl Desk {
    async fn user(&self, whose: &Whose) -> Result<User, Failure> {
        let get = GetUser::new(self.store.users());
        let by_id = match UserId::parse(&whose.user) {
            Some(id) => get.by_id(&id).await?,
            None => None,
        };
        let by_name = match LoginName::parse(&whose.user) {
            Ok(name) if !whose.id => get.by_key(&name.key_id()).await?,
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

/// For what went between one question to the store and the next.
fn gone(what: &str) -> Failure {
    Failure::new(Kind::NotFound, format!("there is no such {what}"))
}
