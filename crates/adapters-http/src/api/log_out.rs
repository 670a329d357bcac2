//! `POST /api/logout`

use std::sync::Arc;

use poem_openapi::OpenApi;

use super::extract::LogOutAttempt;
use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::response::landing::Notice;
use crate::response::outcome::{Done, Forgets};
use crate::response::problem::{Problem, ProblemKind};

/// The path, to which the forms of apps may be sent as well.
pub(crate) const PATH: &str = "/api/logout";

pub(crate) struct LogOutApi(pub(crate) Arc<Context>);

#[OpenApi]
impl LogOutApi {
    /// Sign out
    ///
    /// Revokes the session of every cookie, or that of the bearer token, in the store and blanks the cookie.
    #[oai(path = "/api/logout", method = "post", operation_id = "logOut", tag = "Tag::Accounts")]
    async fn log_out(&self, request: LogOutAttempt) -> Result<Done, Problem> {
        if !self.0.use_cases.log_out.run(&request.presented).await? {
            return Err(Problem::new(ProblemKind::Unauthenticated));
        }
        for session in &request.sessions {
            self.0.note(AuditEvent::LogOut, session);
        }
        Ok(Done::new(Notice::SignedOut, Forgets::Session).with_next(request.next))
    }
}
