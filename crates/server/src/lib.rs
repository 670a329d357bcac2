//! The `doorward` program: its settings, the wiring of concrete adapters into use cases, the listener, and the life of
//! the process. It is a library so that tests can start the very same server in their own process, and so that an app in
//! Poem can serve Doorward's routes.

mod admin_tokens;
mod clock;
mod command;
mod command_line;
mod connection_timeouts;
mod embedded;
mod hash_schemes;
mod listener;
mod logging;
mod metrics;
mod process_metrics;
mod received;
mod server;
mod settings;
mod shares;
mod similar;
mod socket;
mod store_counts;
mod unread;
mod warnings;
mod wiring;
mod workers;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use doorward_domain::error_chain;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub use clock::SystemClock;
pub use embedded::Embedded;
pub use server::{Server, StartError};
pub use settings::{Settings, WrongSetting};
pub use socket::ListenAddress;

use admin_tokens::TokensFile;
use command::Command;
use command_line::{CommandLine, Invocation};
use logging::DroppedLines;

/// Exit status for a wrong setting or argument, as `sysexits.h` has it for usage errors.
const EXIT_USAGE: u8 = 64;

/// Runs the program: reads the settings, then runs the command or serves until it is told to stop. Returns the exit status.
#[must_use]
pub fn main() -> ExitCode {
    let dot_env = command_line::dot_env::read();
    let (command_line, command) = match CommandLine::read() {
        Invocation::Serve(command_line) => (command_line, None),
        Invocation::Run(command_line, command) => (command_line, Some(command)),
        Invocation::Print(text) => {
            return print(&text);
        }
        Invocation::Wrong(line) => {
            eprintln!("doorward: {line}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let warnings_of_dot_env = match dot_env {
        Ok(warnings) => warnings,
        Err(problem) => {
            eprintln!("doorward: {problem}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let settings = match command_line.settings() {
        Ok(settings) => settings,
        Err(wrong) => {
            eprintln!("doorward: {wrong}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("doorward: the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let warnings = warnings_of_dot_env.into_iter().chain(warnings::of_unknown_variables());
    match command {
        Some(command) => run_command(&runtime, settings, command, warnings),
        None => run_server(&runtime, settings, warnings),
    }
}

/// Runs a command and returns the exit status.
fn run_command(
    runtime: &Runtime,
    settings: Settings,
    command: Command,
    warnings: impl Iterator<Item = String>,
) -> ExitCode {
    for warning in warnings {
        eprintln!("doorward: warning: {warning}");
    }
    let _log = logging::start_for_command(&settings.log);
    match runtime.block_on(command::run(settings, command)) {
        Ok(printed) => {
            let status = print(&printed.output);
            for detail in &printed.details {
                eprintln!("{detail}");
            }
            if let Some(note) = printed.note {
                eprintln!("doorward: {note}");
            }
            if printed.status == 0 { status } else { ExitCode::from(printed.status) }
        }
        Err(failure) => {
            for detail in failure.details() {
                eprintln!("{detail}");
            }
            eprintln!("doorward: {}", failure.line());
            ExitCode::from(failure.status())
        }
    }
}

/// Serves until the program is told to stop, and returns the exit status.
fn run_server(runtime: &Runtime, settings: Settings, warnings: impl Iterator<Item = String>) -> ExitCode {
    let warnings = warnings.chain(warnings::of_log(&settings.log));
    let log = logging::start(&settings.log);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let served = runtime.block_on(serve(settings, log.dropped_lines()));
    // Writes what is left, as long as the reader takes it.
    drop(log);
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("doorward: {}", error_chain(&error));
            ExitCode::FAILURE
        }
    }
}

/// Writes to standard output. A reader that stops early, such as `head`, is no error.
fn print(text: &str) -> ExitCode {
    let mut output = std::io::stdout();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            eprintln!("doorward: it is done, but the result cannot be written: {error}");
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Lets the process open as many descriptors as the system allows it. The soft limit of many systems, 1,024, is there for
/// programs that use `select`.
fn raise_descriptor_limit() {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let raised = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = rustix::process::setrlimit(rustix::process::Resource::Nofile, raised) {
        tracing::debug!(%error, "the limit of descriptors stays as it is");
    }
}

/// The start of a URL at this address; nothing where it has no port.
fn scheme_of(address: &ListenAddress) -> &'static str {
    if address.port().is_some() { "http://" } else { "" }
}

/// Reads the tokens of the admin API anew at each SIGHUP.
async fn reread_on_hangup(tokens: TokensFile, mut hangup: Signal) {
    while hangup.recv().await.is_some() {
        let path = tokens.path().display();
        match tokens.reread() {
            Ok(()) => tracing::info!("the tokens of {path} are read anew"),
            Err(error) => tracing::warn!("the tokens of {path} stay as they were: {error}"),
        }
    }
}

async fn serve(settings: Settings, dropped_lines: DroppedLines) -> Result<(), StartError> {
    raise_descriptor_limit();
    // Before the program says that it listens, since it may be told to stop right then.
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    // A limit on the size of files (`ulimit -f`) ends a process that writes beyond it, unless the process handles the
    // signal. Then the write fails, as on a full disk.
    let _too_large = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()))?;
    let server = Server::start_with_log(settings, Arc::new(SystemClock), dropped_lines).await?;
    if let Some(address) = server.metrics_address() {
        tracing::info!("metrics at http://{address}/metrics");
    }
    if let Some(address) = server.admin_address() {
        tracing::info!("admin API at {}{address}/admin", scheme_of(address));
    }
    if let Some(tokens) = server.admin_tokens() {
        tokio::spawn(reread_on_hangup(tokens.clone(), signal(SignalKind::hangup())?));
    }
    let address = server.address();
    tracing::info!("listening on {}{address}; open {}", scheme_of(address), server.public_origin());
    server
        .run_until(async move {
            tokio::select! {
                _ = terminate.recv() => tracing::info!("told to stop by SIGTERM"),
                _ = interrupt.recv() => tracing::info!("told to stop by SIGINT"),
            }
        })
        .await;
    tracing::info!("stopped");
    Ok(())
}
