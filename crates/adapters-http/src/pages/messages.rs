//! The messages beside the fields of a form that failed.

use crate::response::problem::{Field, Problem, ProblemKind, Reason};
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
    pub(super) invitation: Option<String>,
}

/// Whether a problem is about what a field may hold.
fn is_about_rules(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::InvalidUsername | ProblemKind::InvalidPassword)
        || problem.reason == Some(Reason::Malformed)
}

impl Messages {
    /// `None` for a problem that is not about what was typed.
    pub(super) fn of(problem: &Problem, t: &Texts) -> Option<Self> {
        let message = |problem: &Problem| {
            let sentence = format!("{}.", t.problem(problem.kind.code()));
            Some(match &problem.detail {
                // Beside its field, the advice alone says what is wrong.
                Some(detail) if is_about_rules(problem) => t.message(detail),
                Some(detail) => format!("{sentence} {}", t.message(detail)),
                None if problem.kind.is_about_form() => format!("{sentence} {}", t.advice(problem.kind.code())),
                None => sentence,
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
                Some(Field::Invitation) => &mut messages.invitation,
                None if problem.kind.is_about_form() => &mut messages.form,
                // No form of a page has another field.
                Some(_) | None => return None,
            };
            *place = message(problem);
        }
        Some(messages)
    }

    /// Whether a form focuses this field: the first wrong one, or after a message for the form the one that is typed again.
    pub(super) fn focuses(&self, field: &str) -> bool {
        let fields = [
            ("invitation", &self.invitation),
            ("username", &self.username),
            ("code", &self.code),
            ("password", &self.password),
            ("current-password", &self.current_password),
            ("new-password", &self.new_password),
        ];
        match fields.into_iter().find(|(_, message)| message.is_some()) {
            Some((first, _)) => first == field,
            // A form has one of these.
            None => self.form.is_some() && ["code", "password", "current-password"].contains(&field),
        }
    }

    /// Whether there is a message.
    pub(super) fn any(&self) -> bool {
        let Self { form, username, password, current_password, new_password, code, invitation } = self;
        let all = [form, username, password, current_password, new_password, code, invitation];
        all.into_iter().any(Option::is_some)
    }
}
