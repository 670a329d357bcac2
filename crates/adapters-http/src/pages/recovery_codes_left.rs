//! The number of a user's unused recovery codes, in the words of the pages.

use doorward_app::ValidSession;
use doorward_domain::{OneTimeCode, Timestamp};

use crate::context::Context;
use crate::response::problem::Problem;
use crate::response::time::Moment;
use crate::texts::{Message, Texts};

/// From this number on the codes are about to run out.
const FEW: usize = 3;

pub(super) struct RecoveryCodesLeft {
    left: usize,
    /// When they were created; `None` where there are none.
    created_at: Option<Timestamp>,
    /// Whether the session is so new that the first codes need no password.
    session_is_fresh: bool,
}

impl RecoveryCodesLeft {
    pub(super) async fn read(context: &Context, session: &ValidSession) -> Result<Self, Problem> {
        let issue_codes = &context.use_cases.issue_recovery_codes;
        let unused = issue_codes.unused(&session.user.id).await?;
        Ok(Self {
            left: unused.len(),
            created_at: unused.first().map(|code| code.created_at),
            session_is_fresh: issue_codes.is_fresh(session),
        })
    }

    /// Whether the session alone creates the first codes.
    pub(super) fn need_no_password(&self) -> bool {
        self.left == 0 && self.session_is_fresh
    }

    /// Whether there are any.
    pub(super) fn any(&self) -> bool {
        self.left > 0
    }

    /// How many are left, in a sentence.
    pub(super) fn summary(&self, t: &Texts) -> String {
        match self.left {
            0 => t.say("codes-none"),
            1..=FEW => self.count(Message::new("codes-few"), t),
            _ => self.count(Message::new("codes-left"), t),
        }
    }

    /// When they were created; `None` where there are none.
    pub(super) fn created(&self) -> Option<Moment> {
        self.created_at.map(Moment::from)
    }

    /// A warning where few are left, and where one was just used: by the owner, or by a thief whom the owner then notices.
    pub(super) fn notice(&self, t: &Texts) -> Option<String> {
        if (1..=FEW).contains(&self.left) {
            Some(self.count(Message::new("codes-few"), t))
        } else if self.session_is_fresh && (1..OneTimeCode::RECOVERY_CODES).contains(&self.left) {
            Some(self.count(Message::new("codes-left"), t))
        } else {
            None
        }
    }

    fn count(&self, message: Message, t: &Texts) -> String {
        t.message(&message.with("left", self.left).with("of", OneTimeCode::RECOVERY_CODES))
    }
}
