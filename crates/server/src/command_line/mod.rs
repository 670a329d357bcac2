//! The command line and the environment, as texts by the variables of the settings.

use std::ffi::{OsStr, OsString};

use clap::error::{ContextKind, ContextValue, ErrorKind};
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
    format!("{}; see doorward --help", without_values(line.trim_start_matches("error: "), error))
}

/// The text without the arguments that it quotes, which may be passwords. Flags and what may be a misspelt command stay.
fn without_values(text: &str, error: &clap::Error) -> String {
    let is_name = |text: &str| text.len() <= 24 && text.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    error.context().fold(text.to_owned(), |text, (kind, value)| match (kind, value) {
        (ContextKind::InvalidSubcommand, ContextValue::String(value)) if !is_name(value) => text.replace(value, "…"),
        (ContextKind::InvalidArg, ContextValue::String(value)) if !value.starts_with(['-', '<']) => {
            text.replace(value, "…")
        }
        (ContextKind::InvalidValue, ContextValue::String(value)) => text.replace(value, "…"),
        _ => text,
    })
}

/// The variables that start like settings and are none, such as misspelt ones.
pub(crate) fn unknown_variables() -> Vec<String> {
    let is_known = |name: &OsStr| TABLE.iter().any(|setting| name == setting.variable);
    let set = std::env::vars_os().map(|(name, _)| name).filter(|name| !is_known(name));
    set.filter_map(|name| name.into_string().ok()).filter(|name| name.starts_with("DOORWARD_")).collect()
}

/// Puts what a file `.env` says into the environment, where there is one and nothing else said it. Returns warnings of lines
/// that cannot be read and name a variable of another program.
///
/// # Errors
/// A line that says what is wrong. It never shows a part of a value, which may be a password.
pub(crate) fn read_dot_env() -> Result<Vec<String>, String> {
    let cannot = |error: &std::io::Error| format!("the file .env cannot be read: {error}");
    let text = match std::fs::read_to_string(".env") {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(cannot(&error)),
    };
    let (readable, warnings) = without_broken_lines(&text)?;
    // Its own errors quote lines. None is left, since every line was read before.
    dotenvy::from_read(readable.as_bytes()).map_err(|_| "the file .env cannot be read".to_owned())?;
    Ok(warnings)
}

/// The text of a file `.env` without the lines that cannot be read, and a warning for each of those.
fn without_broken_lines(text: &str) -> Result<(String, Vec<String>), String> {
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    let (mut readable, mut warnings, mut at) = (String::new(), Vec::new(), 0);
    while at < lines.len() {
        // A value between quotes may go on over further lines.
        let mut ends = at + 1..=lines.len().min(at + MAX_LINES_OF_A_VALUE);
        let end = ends.find(|end| is_readable(&lines[at..*end].join("\n")));
        // A quote that is left open by mistake must not swallow a setting.
        let swallows = |end: &usize| lines[at + 1..*end].iter().any(|line| variable_name(line).is_some_and(is_ours));
        if let Some(end) = end.filter(|end| !swallows(end)) {
            readable.extend(lines[at..end].iter().flat_map(|line| [*line, "\n"]));
            at = end;
            continue;
        }
        let name = variable_name(lines[at]);
        at += 1;
        let of_name = name.map_or_else(String::new, |name| format!(", which sets {name},"));
        let told = format!("line {at} of the file .env{of_name} cannot be read");
        if name.is_none_or(is_ours) {
            return Err(format!("{told}; put a value with spaces, # or quotes between single quotes"));
        }
        warnings.push(format!("{told} and is skipped"));
    }
    Ok((readable, warnings))
}

/// The most lines that a value between quotes goes on over.
const MAX_LINES_OF_A_VALUE: usize = 100;

fn is_readable(text: &str) -> bool {
    dotenvy::from_read_iter(text.as_bytes()).all(|item| item.is_ok())
}

/// The variable that a line sets, where it is a plain name.
fn variable_name(line: &str) -> Option<&str> {
    let name = line.split_once('=')?.0.trim();
    let name = name.strip_prefix("export ").unwrap_or(name).trim();
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_plain.then_some(name)
}

/// Whether Doorward or the client library of PostgreSQL reads this variable.
fn is_ours(name: &str) -> bool {
    name.starts_with("DOORWARD_") || name.starts_with("PG") || TABLE.iter().any(|setting| setting.variable == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_line_of_ours_is_told_by_number_and_name_alone() {
        for (text, told) in [
            ("A=1\n\nDATABASE_URL=postgres://u:my hunter2@h/d\n", "line 3 of the file .env, which sets DATABASE_URL,"),
            ("export DOORWARD_SITE_NAME=hunter2 x\n", "line 1 of the file .env, which sets DOORWARD_SITE_NAME,"),
            ("PGPASSWORD='hunter2\n", "line 1 of the file .env, which sets PGPASSWORD,"),
            ("hunter2 is no setting\n", "line 1 of the file .env cannot"),
            ("hunter2@host=my value\n", "line 1 of the file .env cannot"),
        ] {
            let error = without_broken_lines(text).expect_err("a broken line");
            assert!(error.starts_with(told) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_broken_line_of_another_program_is_skipped_with_a_warning() {
        let text = "APP_NAME=My App\nDOORWARD_SIGNUP=closed\nOTHER=a b c\n";
        let (readable, warnings) = without_broken_lines(text).expect("readable");
        assert_eq!(readable.trim(), "DOORWARD_SIGNUP=closed");
        let told = ["line 1 of the file .env, which sets APP_NAME,", "line 3 of the file .env, which sets OTHER,"];
        assert!(warnings.iter().zip(told).all(|(warning, told)| warning.starts_with(told)), "{warnings:?}");
        assert_eq!(warnings.len(), 2);
    }

    #[test]
    fn an_open_quote_swallows_no_setting() {
        let (readable, warnings) =
            without_broken_lines("A=it's\nDATABASE_URL=sqlite:mine.db\nB=that's\n").expect("readable");
        assert_eq!(readable.trim(), "DATABASE_URL=sqlite:mine.db");
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        let (readable, _) = without_broken_lines("A='one\ntwo=2'\nDOORWARD_SIGNUP=closed\n").expect("readable");
        assert_eq!(readable.lines().count(), 3, "a value of two lines");
    }

    #[test]
    fn an_argument_that_is_no_name_is_not_repeated() {
        for arguments in [
            &["postgres://u:my hunter2@h/d"][..],
            &["user", "create", "alice", "hunter2"],
            &["it's hunter2"],
            &["user", "hunter2!"],
        ] {
            let all = std::iter::once("doorward").chain(arguments.iter().copied());
            let Invocation::Wrong(line) = CommandLine::read_from(all) else { panic!("{arguments:?} is a command") };
            assert!(!line.contains("hunter2"), "{line}");
        }
        let Invocation::Wrong(line) = CommandLine::read_from(["doorward", "usr"]) else { panic!("a command") };
        assert!(line.contains("usr"), "a misspelt command is named: {line}");
    }
}
