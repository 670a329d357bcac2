//! The program as clap knows it: its commands and a flag for each setting.

use std::fmt::Write;

use clap::{Arg, Subcommand, ValueHint};

use clap_complete::Shell;

use crate::command::{Command, exit_statuses};
use crate::settings::table::{Setting, TABLE};

const ABOUT: &str = "Sign-in with username and password as a service of your own.";
const DETAILS: &str = "Without a command the program serves.

Every setting is a flag and an environment variable. A file `.env` in the working directory is read where there is one. A \
flag counts before a variable, a variable before the file. Settings stand before or after the command. If a flag is given \
twice, the last one counts.";
const SHORT_END: &str = "Without a command it serves. `--help` lists settings, `COMMAND -h` its flags.";
const END_OF_COMMAND: &str = "Settings are flags here, too; `doorward --help` lists them.";
const USAGE: &str = "doorward [OPTIONS] [COMMAND]";

/// The headings of the commands in the help.
const GROUPS: [(&str, &[&str]); 2] = [
    ("Commands for accounts", &["user", "invitation", "key", "session", "throttle", "import", "export"]),
    ("Commands for the server and the shell", &["check", "health", "completions", "man"]),
];

/// Examples: what to type, and what it does.
pub(super) const EXAMPLES: [(&str, &str); 6] = [
    ("doorward --listen=0.0.0.0:8080", "serves on all addresses"),
    ("doorward user create alice", "creates a user and asks for the password"),
    ("doorward user create-many names.txt", "creates a class and prints a link for each"),
    ("doorward user password-link alice", "lets a user choose a new password"),
    ("doorward session list alice --json", "lists sessions, one JSON object a line"),
    ("doorward completions bash", "prints completions for bash"),
];

/// What the program is asked to do instead of serving.
#[derive(Debug, Subcommand)]
pub(super) enum Request {
    #[command(flatten)]
    Operate(Command),
    /// Print completions for a shell
    ///
    /// For bash: `doorward completions bash > /etc/bash_completion.d/doorward`
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page in roff
    ///
    /// To read it: `doorward man | man -l -`
    Man,
}

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
        .override_usage(USAGE)
        .disable_help_subcommand(true)
        .args_override_self(true)
        .args(TABLE.iter().map(|setting| argument(setting, environment)));
    let program = Request::augment_subcommands(program).subcommand_required(false).arg_required_else_help(false);
    // After the commands, which bring a text of their own.
    program.about(ABOUT).long_about(format!("{ABOUT}\n\n{DETAILS}")).mut_subcommands(with_end)
}

/// The program for parsing: settings are flags behind the command as well, and the help has its commands in groups. The help
/// of commands does not list settings.
pub(super) fn for_parsing(program: clap::Command) -> clap::Command {
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{}{{all-args}}{{after-help}}",
        groups(&program)
    );
    program
        .help_template(template)
        .after_help(SHORT_END)
        .after_long_help(long_end())
        // Global arguments are those whose values clap collects from all positions.
        .mut_args(|argument| argument.global(true))
        .mut_subcommands(|command| with_hidden_settings(command).hide(true))
}

/// The commands by group, a line for each.
fn groups(program: &clap::Command) -> String {
    let width = program.get_subcommands().map(|command| command.get_name().len()).max().unwrap_or_default();
    let mut text = String::new();
    for (heading, names) in GROUPS {
        let _ = writeln!(text, "{heading}:");
        for command in names.iter().filter_map(|name| program.find_subcommand(name)) {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(text, "  {:<width$}  {about}", command.get_name());
        }
        text.push('\n');
    }
    text
}

fn long_end() -> String {
    let mut text = "Examples:\n".to_owned();
    for (typed, effect) in EXAMPLES {
        let _ = writeln!(text, "  {typed:<35}  {effect}");
    }
    text.push_str("\nExit status:\n");
    for (status, meaning) in exit_statuses() {
        let _ = writeln!(text, "  {status:<2}  {meaning}");
    }
    text
}

fn with_hidden_settings(command: clap::Command) -> clap::Command {
    let settings = TABLE.iter().map(|setting| flag(setting).hide(true));
    command.args(settings).mut_subcommands(with_hidden_settings)
}

fn with_end(command: clap::Command) -> clap::Command {
    command.after_help(END_OF_COMMAND).mut_subcommands(with_end)
}

fn argument(setting: &Setting, environment: Environment) -> Arg {
    let default = setting.default().map_or_else(String::new, |text| format!(" [default: {text}]"));
    let argument = flag(setting)
        .value_hint(if setting.value_name == "FILE" { ValueHint::FilePath } else { ValueHint::Other })
        .help_heading(setting.section.title())
        .hide_short_help(true)
        .hide_env_values(setting.is_secret())
        .long_help(format!("{}{default}", setting.help));
    if environment == Environment::Read { argument.env(setting.variable) } else { argument }
}

fn flag(setting: &Setting) -> Arg {
    Arg::new(setting.variable).long(setting.flag).value_name(setting.value_name)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_domain::{KeyId, LinkPolicy, UserId, Username};

    use super::*;

    fn program() -> clap::Command {
        for_parsing(new(Environment::Ignored))
    }

    /// The help of a command in 80 columns, as `doorward user show --help` prints it.
    fn help(arguments: &str) -> String {
        let arguments = ["doorward"].into_iter().chain(arguments.split(' ').filter(|argument| !argument.is_empty()));
        program().term_width(80).try_get_matches_from(arguments).expect_err("help").render().to_string()
    }

    /// The commands that have verbs, and the program.
    fn with_verbs() -> Vec<String> {
        let program = program();
        let nouns = program.get_subcommands().filter(|command| command.has_subcommands());
        nouns.map(|command| command.get_name().to_owned() + " ").chain([String::new()]).collect()
    }

    #[test]
    fn no_flag_of_a_command_is_that_of_a_setting() {
        program().debug_assert();
    }

    #[test]
    fn the_help_of_commands_points_to_the_settings_without_listing_them() {
        for arguments in ["health --help", "user --help", "user show --help", "user show -h", "man --help"] {
            let help = help(arguments);
            assert!(help.trim_end().ends_with(END_OF_COMMAND), "{arguments}: {help}");
            assert!(!help.contains("--database-url"), "{arguments}: {help}");
        }
        assert!(help("--help").contains("--database-url"));
    }

    #[test]
    fn every_command_is_in_one_group_of_the_help() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let program = program();
        let mut commands: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
        grouped.sort_unstable();
        commands.sort_unstable();
        assert_eq!(grouped, commands);
    }

    #[test]
    fn the_short_help_has_a_line_for_each_command_and_no_setting() {
        for command in with_verbs() {
            let help = help(&format!("{command}-h"));
            let lists = help.split("\n\n").filter(|part| part.starts_with("Commands"));
            for list in lists {
                let is_command = |line: &str| line.starts_with(|c: char| c.is_ascii_lowercase());
                assert!(list.lines().skip(1).all(|line| line.len() <= 80 && is_command(&line[2..])), "{list}");
            }
            assert!(help.contains("Commands") && help.contains("--help"), "{help}");
            assert!(help.lines().count() <= 24 && !help.contains("DOORWARD_"), "{help}");
        }
    }

    #[test]
    fn the_help_has_the_numbers_of_the_rules() {
        let username = format!("{} to {} characters", Username::MIN_CHARS, Username::DEFAULT_MAX_CHARS);
        let create = help("user create --help").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(create.contains(&username), "{create}");
        assert!(create.contains(&format!("1 to {} printable ASCII characters", UserId::MAX_CHARS)), "{create}");
        let days = format!("up to {}d", LinkPolicy::LONGEST.as_secs() / 86_400);
        for (command, default) in [
            ("user create", LinkPolicy::PASSWORD_LINK),
            ("user create-many", LinkPolicy::PASSWORD_LINK),
            ("user password-link", LinkPolicy::PASSWORD_LINK),
            ("invitation create", LinkPolicy::INVITATION),
        ] {
            let help = help(&format!("{command} --help"));
            let defaults = [24, 7 * 24].map(Duration::from_hours).into_iter().zip(["[default: 24h]", "[default: 7d]"]);
            let told = defaults.filter(|(duration, _)| *duration == default).map(|(_, told)| told).next();
            assert!(help.contains(&days) && help.contains(told.expect("a text")), "{help}");
        }
        assert!(help("invitation create --help").contains(&format!("up to {}", LinkPolicy::MOST_USES)));
        let key = help("key show --help");
        assert!(key.contains(&format!("1 to {} lower-case letters", KeyId::MAX_PROVIDER_CHARS)), "{key}");
        assert!(key.contains(&format!("1 to {} characters", KeyId::MAX_ID_CHARS)), "{key}");
    }

    #[test]
    fn the_long_help_has_every_setting_in_its_section() {
        let help = help("--help");
        for setting in &TABLE {
            let (_, section) = help.split_once(&format!("\n{}:\n", setting.section.title())).expect("a section");
            assert!(section.contains(&format!("      --{} <", setting.flag)), "{}", setting.flag);
        }
        assert!(help.contains("\nExamples:\n") && help.contains("\nExit status:\n  0   "), "{help}");
    }
}
