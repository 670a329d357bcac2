//! The forms: which page each operation's form is on, and the page again where the form failed.

use poem::Response;

use super::layout::Pages;
use super::messages::Messages;
use super::{account_delete, account_password, account_recovery_codes, log_in, recover, sign_up};
use crate::request::state::FormInput;
use crate::response::problem::Problem;
use crate::texts::{Language, Message};

/// The page of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormPage {
    SignUp,
    LogIn,
    Recover,
    Password,
    RecoveryCodes,
    Delete,
}

impl FormPage {
    /// The page whose form is sent to this path.
    pub(super) fn of_action(path: &str) -> Option<Self> {
        match path {
            "/api/signup" => Some(Self::SignUp),
            "/api/login" => Some(Self::LogIn),
            "/api/recover" => Some(Self::Recover),
            "/api/password" => Some(Self::Password),
            "/api/recovery-codes" => Some(Self::RecoveryCodes),
            "/api/account/delete" => Some(Self::Delete),
            _ => None,
        }
    }

    /// Where the page is, and the text of a link to it.
    pub(super) fn link(self) -> (&'static str, Message) {
        match self {
            Self::SignUp => ("/signup", Message::new("back-to-sign-up")),
            Self::LogIn => ("/login", Message::new("back-to-sign-in")),
            Self::Recover => ("/recover", Message::new("back-to-recovery")),
            Self::Password | Self::RecoveryCodes | Self::Delete => ("/account", Message::new("back-to-account")),
        }
    }

    /// The page again with the wrong field marked; `None` for a problem that is not about what was typed.
    pub(super) fn again(
        self,
        pages: &Pages,
        problem: &Problem,
        input: &FormInput,
        language: Language,
    ) -> Option<Response> {
        let messages = Messages::of(problem, language.texts())?;
        Some(match self {
            Self::SignUp => sign_up::render(pages, input, messages, language),
            Self::LogIn => log_in::render(pages, input, messages, language),
            Self::Recover => recover::render(pages, input, messages, language),
            Self::Password => account_password::render(pages, input, messages, language),
            Self::RecoveryCodes => account_recovery_codes::render_again(pages, input, messages, language),
            Self::Delete => account_delete::render(pages, input, messages, language),
        })
    }
}
