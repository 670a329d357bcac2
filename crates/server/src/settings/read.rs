//! Reads the settings from texts, by the table.

use super::table::{Setting, TABLE};
use super::types::Settings;
use super::values::{Value, WrongSetting};

impl Settings {
    /// Reads the settings from texts by their variables. A text that is missing or blank leaves the default.
    ///
    /// # Errors
    /// [`WrongSetting`] for the first one that is not allowed.
    pub(crate) fn from_texts<'a>(text: impl Fn(&'static str) -> Option<&'a str>) -> Result<Self, WrongSetting> {
        let mut settings = Self::default_values();
        let given = |setting: &'static Setting| {
            let text = text(setting.variable).map(str::trim).filter(|text| !text.is_empty())?;
            Some(Value { variable: setting.variable, text })
        };
        for setting in &TABLE {
            let Some(value) = given(setting) else { continue };
            if let Some(file) = setting.in_file().and_then(given) {
                return Err(file.wrong(format!("unset where {} is set", setting.variable)));
            }
            (setting.apply)(&mut settings, value)?;
        }
        settings.argon2 = settings.argon2_cost()?;
        settings.check_admin()?;
        settings.check_cookie()?;
        settings.check_return_origins()?;
        Ok(settings)
    }
}
