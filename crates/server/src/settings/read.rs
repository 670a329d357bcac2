//! Reads the settings from texts, by the table.

use super::table::TABLE;
use super::types::Settings;
use super::values::{Value, WrongSetting};

impl Settings {
    /// Reads the settings from texts by their variables. A text that is missing or blank leaves the default.
    ///
    /// # Errors
    /// [`WrongSetting`] for the first one that is not allowed.
    pub(crate) fn from_texts<'a>(text: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, WrongSetting> {
        let mut settings = Self::default_values();
        for setting in &TABLE {
            let text = text(setting.variable).map(str::trim).filter(|text| !text.is_empty());
            if let Some(text) = text {
                (setting.apply)(&mut settings, Value { variable: setting.variable, text })?;
            }
        }
        settings.argon2 = settings.argon2_cost()?;
        settings.check_cookie()?;
        settings.check_return_origins()?;
        Ok(settings)
    }
}
