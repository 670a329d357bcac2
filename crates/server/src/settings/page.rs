//! The reference of the settings in `docs/configuration.md`, which a test holds to the table.

use std::fmt::Write;
use std::fs;

use crate::settings::table::{Section, TABLE};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
const BEGIN: &str = "<!-- settings: written from the table of settings by `just docs` -->\n";
const END: &str = "<!-- end of settings -->\n";

/// The sections, in order.
const SECTIONS: [Section; 7] = [
    Section::Address,
    Section::Store,
    Section::Sessions,
    Section::Passwords,
    Section::Access,
    Section::Pages,
    Section::Log,
];

/// A table for each section.
fn reference() -> String {
    SECTIONS.into_iter().fold(String::new(), |mut page, section| {
        let _ = write!(
            page,
            "\n### {}\n\n| variable | flag | default | what it decides |\n|---|---|---|---|\n",
            section.title()
        );
        for setting in TABLE.iter().filter(|setting| setting.section == section) {
            let default = setting
                .default()
                .map_or("none".to_owned(), |text| if text.contains(' ') { text } else { format!("`{text}`") });
            let values = setting.value_name.replace('|', "\\|");
            let (variable, flag, help) = (setting.variable, setting.flag, setting.help);
            let _ = writeln!(page, "| `{variable}` | `--{flag}` `{values}` | {default} | {help} |");
        }
        page
    })
}

#[test]
fn the_configuration_page_has_the_table_of_settings() {
    let page = fs::read_to_string(PAGE).expect("docs/configuration.md");
    let (before, rest) = page.split_once(BEGIN).expect("the start of the reference");
    let (found, after) = rest.split_once(END).expect("the end of the reference");
    let expected = format!("{}\n", reference());
    if std::env::var_os("DOORWARD_TEST_UPDATE").is_some() {
        fs::write(PAGE, format!("{before}{BEGIN}{expected}{END}{after}")).expect("a page that can be written");
    } else {
        assert_eq!(found, expected, "run `just docs`");
    }
}
