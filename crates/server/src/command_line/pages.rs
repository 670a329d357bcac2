//! What shells and `man` read: completions and the manual page, from the definition of the program.

use std::io::{self, Write};

use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use super::program::EXAMPLES;
use crate::command::exit_statuses;

/// The completions of a shell.
pub(super) fn completions(mut program: clap::Command, shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut program, "doorward", &mut script);
    text(&script)
}

/// The manual page: the program with its settings, and each command, in one page.
pub(super) fn manual(mut program: clap::Command) -> String {
    program.build();
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ = write_manual(&program, &mut page);
    text(&page)
}

fn write_manual(program: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(program.clone()).source(format!("doorward {}", env!("CARGO_PKG_VERSION")));
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    Roff::new().control("SH", ["COMMANDS"]).to_writer(page)?;
    program.get_subcommands().try_for_each(|command| write_command(command, page))?;
    let mut end = Roff::new();
    end.control("SH", ["EXAMPLES"]);
    for (typed, effect) in EXAMPLES {
        end.control("TP", []).text([bold(typed)]).text([roman(effect)]);
    }
    end.control("SH", ["EXIT STATUS"]);
    for (status, meaning) in exit_statuses() {
        end.control("TP", []).text([bold(status.to_string())]).text([roman(meaning)]);
    }
    end.to_writer(page)
}

/// A command without verbs as a subsection, or those of its verbs.
fn write_command(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    if command.has_subcommands() {
        return command.get_subcommands().try_for_each(|verb| write_command(verb, page));
    }
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    Roff::new().control("SS", [name]).to_writer(page)?;
    let man = Man::new(command.clone().mut_arg("help", |help| help.hide(true)));
    let mut sections = Vec::new();
    man.render_synopsis_section(&mut sections)?;
    sections.extend(b".PP\n");
    man.render_description_section(&mut sections)?;
    man.render_options_section(&mut sections)?;
    // Their headings would be on the level of the page's own.
    text(&sections).lines().filter(|line| !line.starts_with(".SH")).try_for_each(|line| writeln!(page, "{line}"))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::super::program::{self, Environment};
    use super::*;
    use crate::settings::table::TABLE;

    #[test]
    fn completions_of_each_shell_have_commands_and_settings() {
        for shell in Shell::value_variants() {
            let script = completions(program::new(Environment::Ignored), *shell);
            for name in ["set-attributes", "end-all", "create-many", "throttle", "database-url", "password-stdin"] {
                assert!(script.contains(name), "{shell}: {name}");
            }
        }
    }

    #[test]
    fn the_manual_has_every_command_and_every_setting() {
        let page = manual(program::new(Environment::Read));
        for command in [
            "doorward user create-many",
            "doorward invitation revoke",
            "doorward throttle reset",
            "doorward session end-all",
            "doorward check",
            "doorward man",
        ] {
            assert!(page.contains(&format!(".SS \"{command}\"\n")), "{command}: {page}");
        }
        for setting in &TABLE {
            assert!(page.contains(setting.help.split(['`', '-', '\'']).next().unwrap_or_default()), "{}", setting.flag);
            assert!(page.contains(&format!("\\fB{}\\fR", setting.variable)), "{}", setting.variable);
        }
        assert!(page.starts_with(".ie") && page.contains(".TH doorward 1"), "{page}");
    }
}
