//! The operator's commands: `check` and `health`, `import` and `export`, and those on users, keys, sessions, invitations and the
//! throttle, beside a running server or without one. They ask for no password but a new one, and nothing limits them: a person who can open the store can do
//! all of this anyway. What a command revokes or changes takes effect on every server before the command exits.

mod arguments;
mod ask;
mod audit;
mod check;
mod context;
mod export;
mod failure;
mod health;
mod import;
mod invitation;
mod key;
mod link;
mod ndjson;
mod outcome;
mod printed;
mod private_file;
mod record;
mod session;
mod throttle;
mod user;

use std::io::IsTerminal;
use std::sync::Arc;

use clap::{Args, Subcommand};
use doorward_adapters_crypto::Argon2idHasher;
use doorward_app::{Admin, UseCases};

use crate::clock::SystemClock;
use crate::settings::Settings;
use crate::wiring::ports;

pub(crate) use failure::{Failure, exit_statuses};

use context::CommandContext;
use failure::Kind;
use link::LinkOrigin;
use outcome::{Format, Outcome};
use printed::Printed;

/// The operator's commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create, list, show, change, disable or delete users
    #[command(arg_required_else_help = false)]
    User {
        #[command(subcommand)]
        verb: user::Verb,
        #[command(flatten)]
        output: Output,
    },
    /// Add, show, list, check, change or delete the keys of users
    #[command(arg_required_else_help = false)]
    Key {
        #[command(subcommand)]
        verb: key::Verb,
        #[command(flatten)]
        output: Output,
    },
    /// Create, list, show, change or revoke sessions
    #[command(arg_required_else_help = false)]
    Session {
        #[command(subcommand)]
        verb: session::Verb,
        #[command(flatten)]
        output: Output,
    },
    /// Create, list or revoke invitations to sign up
    #[command(arg_required_else_help = false)]
    Invitation {
        #[command(subcommand)]
        verb: invitation::Verb,
        #[command(flatten)]
        output: Output,
    },
    /// Let a user or an address try again at once
    #[command(arg_required_else_help = false)]
    Throttle {
        #[command(subcommand)]
        verb: throttle::Verb,
        #[command(flatten)]
        output: Output,
    },
    /// Import the accounts of Lucia, Better Auth or a file
    ///
    /// Users keep their ids, names, passwords and sessions. Nothing is written unless everything can be imported, except with
    /// --skip-refused. It may run beside a server, and goes on where it was interrupted when it is run again.
    #[command(arg_required_else_help = false)]
    Import {
        #[command(subcommand)]
        from: Box<import::ImportFrom>,
        #[command(flatten)]
        output: Output,
    },
    /// Export all accounts, one JSON object a line
    ///
    /// The file has password hashes, and the hashes of session tokens and recovery codes: keep it as safe as the store.
    Export {
        #[command(flatten)]
        arguments: export::ExportArguments,
        #[command(flatten)]
        output: Output,
    },
    /// Check settings and store as a start would, and change nothing
    Check {
        #[command(flatten)]
        output: Output,
    },
    /// Ask the server at --listen whether it is ready
    Health,
}

/// How the outcome is written.
#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Write JSON, one object a line
    #[arg(long, global = true)]
    json: bool,
}

/// Runs a command and returns what to print.
pub(crate) async fn run(settings: Settings, command: Command) -> Result<Printed, Failure> {
    let (outcome, output) = match command {
        Command::Health => {
            let output = health::run(&settings.listen).await?;
            return Ok(Printed::output(output));
        }
        // Boxed, since they hold much that no other command needs.
        Command::Import { from, output } => return Box::pin(import::run(&settings, *from, output.format())).await,
        Command::Export { arguments, output } => {
            return Box::pin(export::run(&settings, arguments, output.format())).await;
        }
        Command::Check { output } => (check::run(&settings).await?, output),
        Command::User { verb, output } => (administer(settings, Noun::User(verb)).await?, output),
        Command::Key { verb, output } => (administer(settings, Noun::Key(verb)).await?, output),
        Command::Session { verb, output } => (administer(settings, Noun::Session(verb)).await?, output),
        Command::Invitation { verb, output } => (administer(settings, Noun::Invitation(verb)).await?, output),
        Command::Throttle { verb, output } => (administer(settings, Noun::Throttle(verb)).await?, output),
    };
    Ok(Printed { note: outcome.note(), ..Printed::output(outcome.written(output.format())) })
}

/// A command on the records of the store.
enum Noun {
    User(user::Verb),
    Key(key::Verb),
    Session(session::Verb),
    Invitation(invitation::Verb),
    Throttle(throttle::Verb),
}

impl Output {
    fn format(&self) -> Format {
        match (self.json, std::io::stdout().is_terminal()) {
            (true, _) => Format::Json,
            (_, true) => Format::Terminal,
            _ => Format::Pipe,
        }
    }
}

async fn administer(settings: Settings, noun: Noun) -> Result<Outcome, Failure> {
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
        hash_schemes: store.hash_schemes(),
        sessions: settings.sessions,
        sign_up: settings.sign_up.mode,
        link_origin: LinkOrigin::of(&settings),
        usernames: settings.sign_up.usernames,
        passwords: settings.sign_up.passwords,
    };
    let outcome = match noun {
        Noun::User(verb) => user::run(&context, verb).await,
        Noun::Key(verb) => key::run(&context, verb).await,
        Noun::Session(verb) => session::run(&context, verb).await,
        Noun::Invitation(verb) => invitation::run(&context, verb).await,
        Noun::Throttle(verb) => throttle::run(&context, verb).await,
    };
    store.close().await;
    outcome
}
