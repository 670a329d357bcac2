//! What commands work with, and how they find a user.

use std::sync::Arc;

use clap::Args;
use doorward_app::{Admin, ListSessions, SignUpMode};
use doorward_domain::ports::{Clock, HashSchemeStore};
use doorward_domain::{
    Attributes, KeyId, LoginName, PasswordPolicy, SessionPolicy, User, UserId, Username, UsernameRules,
};

use super::arguments::user_id_form;
use super::failure::{Failure, Kind};
use super::link::LinkOrigin;

/// Which user.
#[derive(Debug, Args)]
pub(crate) struct UserArgument {
    /// The username in any spelling, or the user's id
    ///
    /// Where it is the username of one user and the id of another, the command asks for --id. A user without the key of
    /// their username is found by id alone.
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
    pub(super) hash_schemes: Arc<dyn HashSchemeStore>,
    pub(super) sessions: SessionPolicy,
    pub(super) usernames: UsernameRules,
    pub(super) passwords: PasswordPolicy,
    pub(super) sign_up: SignUpMode,
    pub(super) link_origin: LinkOrigin,
}

impl CommandContext {
    pub(super) async fn user(&self, argument: &UserArgument) -> Result<User, Failure> {
        let users = &self.admin.users;
        let by_id = match UserId::parse(&argument.user) {
            Some(id) => users.by_id(&id).await?,
            None => None,
        };
        let by_name = match LoginName::parse(&argument.user, Username::MOST_CHARS) {
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
            (None, None) => Err(argument.unknown()),
        }
    }
}

impl UserArgument {
    pub(super) fn new(user: String, id: bool) -> Self {
        Self { user, id }
    }

    /// The failure for a text that names no user.
    fn unknown(&self) -> Failure {
        let line = format!("there is no user {:?}", self.user);
        match self.user.split_once(':') {
            Some((_, name)) if KeyId::parse(&self.user).is_ok_and(|key| key.is_of_username()) => {
                Failure::with_suggestion(Kind::NotFound, &line, name)
            }
            Some(_) if KeyId::parse(&self.user).is_ok() => {
                Failure::with_suggestion(Kind::NotFound, &line, &format!("doorward key show {}", self.user))
            }
            _ if self.id && UserId::parse(&self.user).is_none() => {
                Failure::new(Kind::NotFound, format!("{line} by id; an id is {}", user_id_form()))
            }
            _ if self.id => Failure::new(Kind::NotFound, format!("{line} by id")),
            _ => Failure::new(Kind::NotFound, line),
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
