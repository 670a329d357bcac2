//! The operator's commands on users, keys and sessions, beside a running server or without one. They ask for no password
//! but a new one, and nothing limits them: a person who can open the store can do all of this anyway. What a command revokes
//! or changes takes effect on every server before the command exits.

mod ask;
mod audit;
mod context;
mod failure;
mod key;
mod outcome;
mod record;
mod session;
mod user;

use std::sync::Arc;

use clap::{Args, Subcommand};
use doorward_adapters_crypto::Argon2idHasher;
use doorward_app::{Admin, UseCases};

use crate::clock::SystemClock;
use crate::settings::Settings;
use crate::wiring::ports;

pub(crate) use failure::Failure;

use context::CommandContext;
use failure::Kind;

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

/// Runs a command and returns what to print.
pub(crate) async fn run(settings: Settings, command: Command) -> Result<String, Failure> {
    let store = doorward_adapters_sql::connect_existing(&settings.store).await;
    let store = store.map_err(|error| Failure::from_store(&error))?;
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
