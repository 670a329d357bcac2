//! The command line and the environment, as texts by the variables of the settings.

pub(crate) mod dot_env;
mod error_line;
mod pages;
mod program;

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{ArgMatches, FromArgMatches};

use crate::command::Command;
use crate::settings::{Settings, WrongSetting};

use program::{Environment, Request};

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
        Self::parse(Environment::Read, std::env::args_os())
    }

    /// Reads these arguments, the program's name first, and not the environment.
    fn read_from<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Invocation {
        Self::parse(Environment::Ignored, arguments)
    }

    /// Turns the texts into settings.
    ///
    /// # Errors
    /// [`WrongSetting`] for the first text that is not allowed.
    pub(crate) fn settings(&self) -> Result<Settings, WrongSetting> {
        Settings::from_texts(|variable| self.0.get_one::<String>(variable).map(String::as_str))
    }

    fn parse<T: Into<OsString> + Clone>(
        environment: Environment,
        arguments: impl IntoIterator<Item = T>,
    ) -> Invocation {
        let program = || program::new(environment);
        let arguments = with_list_of_usernames(arguments.into_iter().map(Into::into).collect());
        let parsed = program::for_parsing(program()).try_get_matches_from(arguments).and_then(|matches| {
            let request = matches.subcommand_name().map(|_| Request::from_arg_matches(&matches)).transpose()?;
            Ok((Self(matches), request))
        });
        match parsed {
            Ok((command_line, Some(Request::Operate(command)))) => Invocation::Run(command_line, command),
            Ok((_, Some(Request::Completions { shell }))) => Invocation::Print(pages::completions(program(), shell)),
            Ok((_, Some(Request::Man))) => Invocation::Print(pages::manual(program())),
            Ok((command_line, None)) => Invocation::Serve(command_line),
            Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
                Invocation::Print(error.render().to_string())
            }
            Err(error) => Invocation::Wrong(error_line::of(&error)),
        }
    }
}

/// Takes `--usernames` behind `import` for the list of new usernames. Elsewhere it is the setting of that name.
fn with_list_of_usernames(mut arguments: Vec<OsString>) -> Vec<OsString> {
    const SOURCES: [&str; 4] = ["lucia-v2", "lucia-v3", "better-auth", "ndjson"];
    let is_import = |pair: &[OsString]| pair[0] == "import" && SOURCES.iter().any(|source| pair[1] == *source);
    let start = arguments.windows(2).position(is_import).unwrap_or(arguments.len());
    for argument in arguments.iter_mut().skip(start) {
        if let Some(value) = argument.to_str().and_then(|text| text.strip_prefix("--usernames"))
            && (value.is_empty() || value.starts_with('='))
        {
            *argument = format!("--new-usernames{value}").into();
        }
    }
    arguments
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The listen address of the settings that these arguments give.
    fn listen(arguments: &str) -> Option<String> {
        match CommandLine::read_from(std::iter::once("doorward").chain(arguments.split(' '))) {
            Invocation::Serve(command_line) | Invocation::Run(command_line, _) => {
                command_line.settings().map(|settings| settings.listen.to_string()).ok()
            }
            Invocation::Print(text) | Invocation::Wrong(text) => panic!("{arguments}: {text}"),
        }
    }

    #[test]
    fn settings_stand_before_the_command_or_behind_it() {
        for arguments in [
            "--listen=127.0.0.1:4000",
            "--listen=127.0.0.1:4000 health",
            "health --listen=127.0.0.1:4000",
            "health --listen 127.0.0.1:4000",
            "user --listen=127.0.0.1:4000 show bobby",
            "user show bobby --listen=127.0.0.1:4000 --json",
            "user show --listen=127.0.0.1:4000 bobby",
        ] {
            assert_eq!(listen(arguments).as_deref(), Some("127.0.0.1:4000"), "{arguments}");
        }
    }

    #[test]
    fn the_last_of_repeated_flags_counts() {
        for arguments in [
            "--listen=127.0.0.1:1 --listen=127.0.0.1:2",
            "--listen=127.0.0.1:1 health --listen=127.0.0.1:2",
            "user show bobby --listen=127.0.0.1:1 --listen=127.0.0.1:2",
            "user --listen=127.0.0.1:1 show bobby --listen=127.0.0.1:2",
            "--listen=127.0.0.1:1 user show bobby --json --json --listen=127.0.0.1:2",
        ] {
            assert_eq!(listen(arguments).as_deref(), Some("127.0.0.1:2"), "{arguments}");
        }
    }
}
