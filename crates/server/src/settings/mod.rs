//! The settings: what an operator decides. [`table::TABLE`] has one entry for each; from it come the flags, `--help`, the
//! parsing, the reference in `docs/configuration.md`, and the warning for unknown variables.

#[cfg(test)]
mod page;
mod read;
pub(crate) mod table;
mod types;
mod values;

pub(crate) use types::LogSettings;
pub use types::Settings;
pub use values::WrongSetting;
