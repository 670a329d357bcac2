//! The messages beside the fields of a form that failed.

use crate::response::problem::{Field, Problem};
use crate::texts::Texts;

/// A message at each field that is wrong, or one for the form.
#[derive(Default)]
pub(super) struct Messages {
    pub(super) form: Option<String>,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) current_password: Option<String>,
    pub(super) new_password: Option<String>,
    pub(super) code: Option<String>,
}

impl Messages {
    /// `None` for a problem that is not about what was typed.
    pub(super) fn of(problem: &Problem, t: &Texts) -> Option<Self> {
        let message = |problem: &Problem| {
            let sentence = t.problem(problem.kind.code());
            Some(match &problem.detail {
                Some(detail) => format!("{sentence}. {}", t.message(detail)),
                None => format!("{sentence}."),
            })
        };
        let mut messages = Self::default();
        for problem in problem.each() {
            let place = match problem.field {
                Some(Field::Username) => &mut messages.username,
                Some(Field::Password) => &mut messages.password,
                Some(Field::CurrentPassword) => &mut messages.current_password,
                Some(Field::NewPassword) => &mut messages.new_password,
                Some(Field::Code) => &mut messages.code,
                None if problem.kind.is_about_form() => &mut messages.form,
                Some(Field::Transport) | None => return None,
            };
            *place = message(problem);
        }
        Some(messages)
    }

    /// Whether this field is the first wrong one, which a form focuses. A page focuses at most one element.
    pub(super) fn focuses(&self, field: &str) -> bool {
        let fields = [
            ("username", self.username.is_some()),
            ("code", self.code.is_some() || self.form.is_some()),
            ("password", self.password.is_some() || self.form.is_some()),
            ("current-password", self.current_password.is_some()),
            ("new-password", self.new_password.is_some()),
        ];
        // A message for the form is on a page with a code or on one with a password.
        let first = fields.iter().find(|(_, is_wrong)| *is_wrong);
        first.is_some_and(|(first, _)| *first == field || (self.form.is_some() && field == "password"))
    }

    /// Whether there is a message.
    pub(super) fn any(&self) -> bool {
        let Self { form, username, password, current_password, new_password, code } = self;
        let all = [form, username, password, current_password, new_password, code];
        all.into_iter().any(Option::is_some)
    }
}
