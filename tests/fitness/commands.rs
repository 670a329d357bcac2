//! The commands in the column `command` of `docs/configuration.md`. A command ends before its first argument, which is in
//! capitals: `user create USERNAME`.

use std::collections::BTreeSet;
use std::process::Command;

use super::names_in;

/// The subcommands that `-h` lists for this command, in its sections `Commands …`.
fn subcommands(command: &[String]) -> Vec<String> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_doorward-under-test"));
    let output = program.env_clear().args(command).arg("-h").output().expect("a program that runs");
    assert!(output.status.success(), "{command:?} -h: {}", String::from_utf8_lossy(&output.stderr));
    let help = String::from_utf8(output.stdout).expect("UTF-8");
    let sections = help.split("\n\n").filter(|section| section.starts_with("Commands"));
    let names = sections.flat_map(str::lines).filter_map(|line| line.strip_prefix("  "));
    names.filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Adds the command, or its subcommands if it has any, to the commands found.
fn collect(command: &[String], found: &mut BTreeSet<String>) {
    let subcommands = subcommands(command);
    if subcommands.is_empty() {
        found.insert(command.join(" "));
    }
    for name in subcommands {
        collect(&[command, &[name]].concat(), found);
    }
}

#[test]
fn commands_and_the_configuration_page_match() {
    let mut commands = BTreeSet::new();
    collect(&[], &mut commands);
    assert!(commands.len() > 10, "{commands:?}");
    let is_word = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let without_arguments = |entry: &String| entry.split(' ').take_while(is_word).collect::<Vec<_>>().join(" ");
    let listed: BTreeSet<String> = names_in("configuration.md", "command").iter().map(without_arguments).collect();
    assert_eq!(listed, commands, "left: docs/configuration.md, right: doorward --help");
}
