//! An error of clap in one line.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// An error of clap in one line: what is wrong, what was probably meant, and where the help is.
pub(super) fn of(error: &clap::Error) -> String {
    let text = error.render().to_string();
    // Missing arguments and possible values have lines of their own.
    let line = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect::<Vec<_>>().join(" ");
    let line = without_values(line.trim_start_matches("error: "), error);
    let meant = suggestion(error).map_or(";".to_owned(), |meant| format!("; did you mean `{meant}`?"));
    format!("{line}{meant} see {} --help", command_of(error))
}

/// The text without the arguments that it quotes, which may be passwords. Flags and what may be a misspelt command stay.
fn without_values(text: &str, error: &clap::Error) -> String {
    let is_name = |text: &str| text.len() <= 24 && text.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    // The one error that names the command itself, such as `doorward user`.
    if error.kind() == ErrorKind::MissingSubcommand {
        return text.to_owned();
    }
    error.context().fold(text.to_owned(), |text, (kind, value)| match (kind, value) {
        (ContextKind::InvalidSubcommand, ContextValue::String(value)) if !is_name(value) => text.replace(value, "…"),
        (ContextKind::InvalidArg, ContextValue::String(value)) if !value.starts_with(['-', '<']) => {
            text.replace(value, "…")
        }
        (ContextKind::InvalidValue, ContextValue::String(value)) => text.replace(value, "…"),
        _ => text,
    })
}

/// The command, flag or value that was probably meant. It comes from the definition of the program, never from an argument.
fn suggestion(error: &clap::Error) -> Option<String> {
    let kinds = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let found = kinds.into_iter().find_map(|kind| error.get(kind)).or_else(|| error.get(ContextKind::Suggested))?;
    match found {
        ContextValue::String(name) => Some(name.clone()),
        // The most similar is the last.
        ContextValue::Strings(names) => names.last().cloned(),
        // A flag that belongs behind a command, as `'user --json' exists`. Other tips quote arguments.
        ContextValue::StyledStrs(tips) => tips.iter().find_map(|tip| {
            let tip = tip.to_string();
            Some(tip.strip_prefix('\'')?.strip_suffix("' exists")?.to_owned())
        }),
        _ => None,
    }
}

/// The command that the error is about, such as `doorward user create`, as far as it was understood.
fn command_of(error: &clap::Error) -> String {
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let is_name = |word: &&str| word.starts_with(|c: char| c.is_ascii_lowercase());
    let words: Vec<&str> = usage.split_whitespace().skip(1).take_while(is_name).collect();
    if words.is_empty() { "doorward".to_owned() } else { words.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::super::{CommandLine, Invocation};

    /// The line for these arguments, which must be wrong.
    fn line(arguments: &[&str]) -> String {
        let all = std::iter::once("doorward").chain(arguments.iter().copied());
        let Invocation::Wrong(line) = CommandLine::read_from(all) else { panic!("{arguments:?} is a command") };
        assert_eq!(line.lines().count(), 1, "{line}");
        line
    }

    #[test]
    fn an_argument_that_may_be_a_password_is_not_repeated() {
        for arguments in [
            &["postgres://u:my hunter2@h/d"][..],
            &["user", "create", "alice", "hunter2"],
            &["user", "create", "alice", "--passwort=hunter2"],
            &["user", "create", "alice", "--password-stdin=hunter2"],
            &["user", "create", "alice", "--password-stdn", "hunter2"],
            &["user", "create", "alice", "-phunter2"],
            &["completions", "hunter2"],
            &["it's hunter2"],
            &["user", "hunter2!"],
        ] {
            let line = line(arguments);
            assert!(!line.contains("hunter2"), "{line}");
        }
        assert!(line(&["usr"]).contains("usr"), "a misspelt command is named");
    }

    #[test]
    fn a_misspelt_command_flag_or_value_is_answered_with_the_right_one() {
        for (arguments, meant) in [
            ("usr show bobby", "user"),
            ("user craete", "create"),
            ("session end-al bobby", "end-all"),
            ("user create bobby --no-pasword", "--no-password"),
            ("--databse-url=sqlite:a.db", "--database-url"),
            ("user show bobby --databse-url=sqlite:a.db", "--database-url"),
            ("--jsn user show bobby", "user --json"),
            ("completions bsh", "bash"),
        ] {
            let line = line(&arguments.split(' ').collect::<Vec<_>>());
            assert!(line.contains(&format!("; did you mean `{meant}`? see doorward")), "{line}");
        }
    }

    #[test]
    fn an_error_names_the_help_of_its_command() {
        for (arguments, expected) in [
            ("user create", "were not provided: <USERNAME>; see doorward user create --help"),
            ("user show bobby carol", "unexpected argument '…' found; see doorward user show --help"),
            (
                "user",
                "'doorward user' requires a subcommand but one was not provided [subcommands: create, create-many, list, show, rename, disable, enable, password-link, set-attributes, delete]; see doorward user --help",
            ),
            ("rubbish", "unrecognized subcommand 'rubbish'; see doorward --help"),
        ] {
            let line = line(&arguments.split(' ').collect::<Vec<_>>());
            assert!(line.ends_with(expected), "{line}");
        }
    }
}
