//! The messages beside the fields of a form that failed.

use crate::response::problem::{Field, Problem};
use crate::texts::Texts;

/// At most one message, at the field that is wrong.
#[derive(Default)]
pub(super) struct Messages {
    pub(super) form: Option<String>,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
    pub(super) current_password: Option<String>,
    pub(super) new_password: Option<String>,
}

impl Messages {
    /// `None` for a problem that is not about what was typed.
    pub(super) fn of(problem: &Problem, t: &Texts) -> Option<Self> {
        let sentence = t.problem(problem.kind.code());
        let message = Some(match &problem.detail {
            Some(detail) => format!("{sentence}. {}", t.message(detail)),
            None => format!("{sentence}."),
        });
        Some(match problem.field? {
            Field::Form => Self { form: message, ..Self::default() },
            Field::Username => Self { username: message, ..Self::default() },
            Field::Password => Self { password: message, ..Self::default() },
            Field::CurrentPassword => Self { current_password: message, ..Self::default() },
            Field::NewPassword => Self { new_password: message, ..Self::default() },
        })
    }

    /// Whether there is a message.
    pub(super) fn any(&self) -> bool {
        let all = [&self.form, &self.username, &self.password, &self.current_password, &self.new_password];
        all.into_iter().any(Option::is_some)
    }
}
