//! What the operations of the admin API need.

use std::sync::Arc;

use doorward_app::{Admin, SignUpPolicy};
use doorward_domain::ports::Clock;
use doorward_domain::{SessionPolicy, User, UserId};

use super::actor::{Actor, AdminTokens};
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::origin::Origin;
use crate::response::problem::{Problem, ProblemKind};

/// The services of operators, and what the admin API needs beside them.
pub struct AdminServices {
    /// The services.
    pub admin: Admin,
    /// The current instant.
    pub clock: Arc<dyn Clock>,
    /// How long sessions live.
    pub sessions: SessionPolicy,
    /// The tokens of programs.
    pub tokens: Arc<dyn AdminTokens>,
}

/// What every operation needs.
pub(super) struct AdminContext {
    pub(super) admin: Admin,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) sessions: SessionPolicy,
    /// What the public operations need: its settings and counters hold here as well.
    pub(super) public: Arc<Context>,
}

impl AdminContext {
    /// The rules for new usernames and passwords.
    pub(super) fn sign_up(&self) -> &SignUpPolicy {
        &self.public.settings.sign_up
    }

    /// The user with an id of a path.
    ///
    /// # Errors
    /// `not_found` where there is none.
    pub(super) async fn user(&self, id: &str) -> Result<User, Problem> {
        let not_found = || Problem::new(ProblemKind::NotFound);
        let id = UserId::parse(id).ok_or_else(not_found)?;
        self.admin.users.by_id(&id).await?.ok_or_else(not_found)
    }

    /// The public URL, with which links begin.
    pub(super) fn public_origin(&self) -> &Origin {
        &self.public.settings.public_origin
    }

    /// Logs and counts a change that a program made.
    pub(super) fn note(&self, actor: &Actor, event: AuditEvent, user: Option<&UserId>) {
        self.public.metrics.audit.note_by(actor.as_str(), event, user);
    }
}
