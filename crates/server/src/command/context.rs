//! What commands work with, and how they find a user.

use std::sync::Arc;

use clap::Args;
use doorward_app::{Admin, ListSessions};
use doorward_domain::ports::Clock;
use doorward_domain::{Attributes, LoginName, SessionPolicy, User, UserId};

use super::failure::{Failure, Kind};

/// Which user.
#[derive(Debug, Args)]
pub(crate) struct UserArgument {
    /// The username in any spelling, or the user's id
    user: String,

    /// USER is an id, even if another user has it as their username
    #[arg(long)]
    id: bool,
}

/// What commands work with.
pub(super) struct CommandContext {
    pub(super) admin: Admin,
    pub(super) list_sessions: ListSessions,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) sessions: SessionPolicy,
}

impl CommandContext {
    pub(super) async fn user(&self, argument: &UserArgument) -> Result<User, Failure> {
        let users = &self.admin.users;
        let by_id = match UserId::parse(&argument.user) {
            Some(id) => users.by_id(&id).await?,
            None => None,
        };
        let by_name = match LoginName::parse(&argument.user) {
            Ok(name) if !argument.id => users.by_key(&name.key_id()).await?,
            _ => None,
        };
        match (by_id, by_name) {
            (Some(one), Some(other)) if one.id != other.id => {
                let which = format!("{:?} is the id of one user and the username of another", argument.user);
                Err(Failure::new(
                    Kind::Data,
                    format!("{which}; --id means the first; the second's id is {}", other.id.as_str()),
                ))
            }
            (Some(user), _) | (None, Some(user)) => Ok(user),
            (None, None) => Err(Failure::new(Kind::NotFound, format!("there is no user {:?}", argument.user))),
        }
    }
}

pub(super) fn attributes(json: Option<&str>) -> Result<Attributes, Failure> {
    json.map_or(Ok(Attributes::default()), Attributes::parse)
        .map_err(|error| Failure::new(Kind::Data, error.to_string()))
}

/// For a user or a session that was deleted while the command ran.
pub(super) fn gone(what: &str) -> Failure {
    Failure::new(Kind::NotFound, format!("there is no such {what}"))
}
