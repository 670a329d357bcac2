//! The forms: which page each operation's form is on, and the page again where the form failed.

use poem::Response;

use super::layout::Pages;
use super::messages::Messages;
use super::{
    account_delete, account_password, account_recovery_codes, account_username, log_in, recover, reset, sign_up,
};
use crate::api::log_out;
use crate::request::state::FormInput;
use crate::response::landing::Notice;
use crate::response::problem::{Problem, ProblemKind};
use crate::route_table::fits;
use crate::texts::{Language, Message};

/// The path of a session's revocation.
const REVOKE: &str = "/api/sessions/{sessionId}/revoke";

/// The page with the form that is sent to this path; `None` where there is none. A browser that opens the path itself, from
/// its history or after a reload, is led there. The path of the recovery codes is none: it has a GET of its own.
pub(crate) fn page_of_action(path: &str) -> Option<&'static str> {
    match path {
        log_out::PATH => Some("/logout"),
        "/api/sessions/revoke-others" => Some("/account/sessions"),
        _ if fits(REVOKE, path) => Some("/account/sessions"),
        _ => FormPage::of_action(path).filter(|page| *page != FormPage::RecoveryCodes).map(FormPage::path),
    }
}

/// Where a form leads although it failed, since what it asks for is done already: a sign-out after the session's end, and
/// the sign-out of a device that is signed out.
pub(crate) fn already_done(problem: &Problem, path: &str, input: Option<&FormInput>) -> Option<String> {
    let next = || input.and_then(|input| input.next.clone());
    match problem.kind {
        ProblemKind::Unauthenticated if path == log_out::PATH && problem.detail.is_none() => {
            Some(next().unwrap_or_else(|| Notice::SignedOut.location()))
        }
        ProblemKind::NotFound if fits(REVOKE, path) => Some(Notice::SessionRevoked.location()),
        _ => None,
    }
}

/// The page of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormPage {
    SignUp,
    LogIn,
    Recover,
    Reset,
    Password,
    Username,
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
            "/api/reset" => Some(Self::Reset),
            "/api/username" => Some(Self::Username),
            "/api/password" => Some(Self::Password),
            "/api/recovery-codes" => Some(Self::RecoveryCodes),
            "/api/account/delete" => Some(Self::Delete),
            _ => None,
        }
    }

    /// The page's path.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::SignUp => "/signup",
            Self::LogIn => "/login",
            Self::Recover => "/recover",
            Self::Reset => "/reset",
            Self::Username => "/account/username",
            Self::Password => "/account/password",
            Self::RecoveryCodes => "/account/recovery-codes",
            Self::Delete => "/account/delete",
        }
    }

    /// The path that leads on from an error of the form, and the text of the link.
    pub(super) fn link(self) -> (&'static str, Message) {
        match self {
            Self::SignUp => (self.path(), Message::new("back-to-sign-up")),
            Self::LogIn => (self.path(), Message::new("back-to-sign-in")),
            Self::Recover | Self::Reset => (self.path(), Message::new("back-to-recovery")),
            Self::Password | Self::Username | Self::RecoveryCodes | Self::Delete => {
                ("/account", Message::new("back-to-account"))
            }
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
            Self::Reset => reset::render(pages, input, messages, language),
            Self::Username => account_username::render(pages, input, messages, language),
            Self::Password => account_password::render(pages, input, messages, language),
            Self::RecoveryCodes => account_recovery_codes::render_again(pages, input, messages, language),
            Self::Delete => account_delete::render(pages, input, messages, language),
        })
    }
}
