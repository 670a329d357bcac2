//! The command line and the environment, as texts by the variables of the settings.

use std::ffi::{OsStr, OsString};

use clap::error::ErrorKind;
use clap::{Arg, ArgMatches, FromArgMatches, Subcommand};

use crate::command::Command;
use crate::settings::table::{Setting, TABLE};
use crate::settings::{Settings, WrongSetting};

const ABOUT: &str = "Sign-in with username and password as a service of your own.

Every setting is a flag and an environment variable. A file `.env` in the working directory is read where there is one. A \
flag counts before a variable, a variable before the file.";
const AFTER_HELP: &str = "Without a command it serves. Settings stand before the command.";

/// The texts of the settings, as they were given.
pub(crate) struct CommandLine(ArgMatches);

/// What the program was asked to do.
pub(crate) enum Invocation {
    /// Serve with these settings.
    Serve(CommandLine),
    /// Run this command with these settings, and exit.
    Run(CommandLine, Command),
    /// Print this text, such as the help.
    Print(String),
    /// Nothing: the command line is wrong, as this line says.
    Wrong(String),
}

impl CommandLine {
    /// Reads the arguments and the environment of the process.
    pub(crate) fn read() -> Invocation {
        Self::parse(program(Environment::Read), std::env::args_os())
    }

    /// Reads these arguments, the program's name first, and not the environment.
    fn read_from<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Invocation {
        Self::parse(program(Environment::Ignored), arguments)
    }

    /// Turns the texts into settings.
    ///
    /// # Errors
    /// [`WrongSetting`] for the first text that is not allowed.
    pub(crate) fn settings(&self) -> Result<Settings, WrongSetting> {
        Settings::from_texts(|variable| self.0.get_one::<String>(variable).map(String::as_str))
    }

    fn parse<T: Into<OsString> + Clone>(program: clap::Command, arguments: impl IntoIterator<Item = T>) -> Invocation {
        let parsed = program.try_get_matches_from(arguments).and_then(|matches| {
            let command = matches.subcommand_name().map(|_| Command::from_arg_matches(&matches)).transpose()?;
            Ok((Self(matches), command))
        });
        match parsed {
            Ok((command_line, Some(command))) => Invocation::Run(command_line, command),
            Ok((command_line, None)) => Invocation::Serve(command_line),
            Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
                Invocation::Print(error.render().to_string())
            }
            Err(error) => Invocation::Wrong(one_line(&error)),
        }
    }
}

impl Settings {
    /// Reads settings from flags alone, without the program's name, and not from the environment.
    ///
    /// # Errors
    /// A line that says what is wrong.
    pub fn from_flags<'a>(flags: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        match CommandLine::read_from(std::iter::once("doorward").chain(flags)) {
            Invocation::Serve(command_line) => command_line.settings().map_err(|wrong| wrong.to_string()),
            Invocation::Run(..) => Err("there is a command among the flags".to_owned()),
            Invocation::Print(text) | Invocation::Wrong(text) => Err(text),
        }
    }
}

/// Whether the environment variables of the settings are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Environment {
    Read,
    Ignored,
}

/// The program as clap knows it.
fn program(environment: Environment) -> clap::Command {
    let program = clap::Command::new("doorward")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(AFTER_HELP)
        .subcommand_help_heading("Commands, for operators")
        .disable_help_subcommand(true);
    let program = TABLE.iter().fold(program, |program, setting| program.arg(argument(setting, environment)));
    let program = Command::augment_subcommands(program).subcommand_required(false).arg_required_else_help(false);
    // After the commands, which bring a text of their own.
    program.about(ABOUT)
}

fn argument(setting: &Setting, environment: Environment) -> Arg {
    let default = setting.default().map_or_else(String::new, |text| format!(" [default: {text}]"));
    let argument = Arg::new(setting.variable)
        .long(setting.flag)
        .value_name(setting.value_name)
        .help_heading(setting.section.title())
        .hide_env_values(setting.is_secret())
        .help(format!("{}{default}", setting.help));
    // An empty variable, which tools write for one that is not set, counts as none.
    let is_empty = std::env::var_os(setting.variable).is_some_and(|value| value.is_empty());
    if environment == Environment::Read && !is_empty { argument.env(setting.variable) } else { argument }
}

/// An error of clap in one line. Missing arguments stand in lines of their own; a command without its verb is answered with
/// its whole help.
fn one_line(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let line = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "the command is not complete".to_owned(),
        _ => text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect::<Vec<_>>().join(" "),
    };
    format!("{}; see doorward --help", line.trim_start_matches("error: "))
}

/// The variables that start like settings and are none, such as misspelt ones.
pub(crate) fn unknown_variables() -> Vec<String> {
    let is_known = |name: &OsStr| TABLE.iter().any(|setting| name == setting.variable);
    let set = std::env::vars_os().map(|(name, _)| name).filter(|name| !is_known(name));
    set.filter_map(|name| name.into_string().ok()).filter(|name| name.starts_with("DOORWARD_")).collect()
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
