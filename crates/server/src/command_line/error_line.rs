//! An error of clap in one line.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// An error of clap in one line. Missing arguments stand in lines of their own; a command without its verb is answered with
/// its whole help.
pub(super) fn of(error: &clap::Error) -> String {
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

#[cfg(test)]
mod tests {
    use super::super::{CommandLine, Invocation};

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
