//! The program as clap knows it: its commands and a flag for each setting.

use clap::{Arg, Subcommand};

use crate::command::Command;
use crate::settings::table::{Setting, TABLE};

const ABOUT: &str = "Sign-in with username and password as a service of your own.

Every setting is a flag and an environment variable. A file `.env` in the working directory is read where there is one. A \
flag counts before a variable, a variable before the file. Of a flag that is given twice the last one counts.";
const AFTER_HELP: &str = "Without a command it serves. Settings stand before the command or behind it.";
const AFTER_HELP_OF_COMMAND: &str = "Settings are flags here, too; `doorward --help` lists them.";

/// Whether the environment variables of the settings are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Environment {
    Read,
    Ignored,
}

/// The program with its commands, and with the settings as flags before the command.
pub(super) fn new(environment: Environment) -> clap::Command {
    let program = clap::Command::new("doorward")
        .version(env!("CARGO_PKG_VERSION"))
        .after_help(AFTER_HELP)
        .subcommand_help_heading("Commands, for operators")
        .disable_help_subcommand(true)
        .args_override_self(true)
        .args(TABLE.iter().map(|setting| argument(setting, environment)));
    let program = Command::augment_subcommands(program).subcommand_required(false).arg_required_else_help(false);
    // After the commands, which bring a text of their own.
    program.about(ABOUT).mut_subcommands(with_after_help)
}

/// The same program with the settings as flags behind the command as well. The help of commands does not list these.
pub(super) fn with_settings_everywhere(program: clap::Command) -> clap::Command {
    // Global arguments are those whose values clap collects from all positions.
    program.mut_args(|argument| argument.global(true)).mut_subcommands(with_hidden_settings)
}

fn with_hidden_settings(command: clap::Command) -> clap::Command {
    let settings = TABLE.iter().map(|setting| argument(setting, Environment::Ignored).hide(true));
    command.args(settings).mut_subcommands(with_hidden_settings)
}

fn with_after_help(command: clap::Command) -> clap::Command {
    command.after_help(AFTER_HELP_OF_COMMAND).mut_subcommands(with_after_help)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn program() -> clap::Command {
        with_settings_everywhere(new(Environment::Ignored))
    }

    /// The help of a command, as `doorward user show --help` prints it.
    fn help(arguments: &str) -> String {
        let arguments = std::iter::once("doorward").chain(arguments.split(' '));
        program().try_get_matches_from(arguments).expect_err("help").render().to_string()
    }

    #[test]
    fn no_flag_of_a_command_is_that_of_a_setting() {
        program().debug_assert();
    }

    #[test]
    fn the_help_of_commands_points_to_the_settings_without_listing_them() {
        for arguments in ["health --help", "user --help", "user show --help", "user show -h"] {
            let help = help(arguments);
            assert!(help.trim_end().ends_with(AFTER_HELP_OF_COMMAND), "{arguments}: {help}");
            assert!(!help.contains("--listen") || arguments.starts_with("health"), "{arguments}: {help}");
            assert!(!help.contains("--database-url"), "{arguments}: {help}");
        }
        assert!(help("--help").contains("--database-url"));
    }
}
