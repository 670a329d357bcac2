//! `doorward user`.

mod change;
mod list;
mod password_link;

use clap::Subcommand;
use doorward_app::admin::{CreateUserError, FirstKey};
use doorward_domain::{PasswordPolicy, UserId};
use serde_json::Value;

use super::context::{CommandContext, UserArgument, attributes, gone};
use super::failure::{Failure, Kind};
use super::outcome::Outcome;
use super::record::{Record, escaped};
use super::{ask, audit};
use list::ListArguments;
use password_link::PasswordLinkArguments;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Create a user, with a password unless a flag says otherwise
    Create {
        /// The username, spelled as pages show it
        ///
        /// It has 4 to 31 characters.
        username: String,

        /// Read the password from standard input, one line
        #[arg(long, group = "first-key")]
        password_stdin: bool,

        /// Take the username without a password: no other user can have it, and nothing signs in with it
        #[arg(long, group = "first-key")]
        no_password: bool,

        /// Give no key: the username stays free for others
        #[arg(long, group = "first-key")]
        no_key: bool,

        /// The id to keep, where the user had one elsewhere: 15 lower-case letters and digits
        #[arg(long, value_name = "ID")]
        user_id: Option<String>,

        /// Attributes: a JSON object of at most 4 KiB
        #[arg(long, value_name = "JSON")]
        attributes: Option<String>,
    },
    /// List users in the order of their ids
    List {
        #[command(flatten)]
        arguments: ListArguments,
    },
    /// Show a user with their keys
    Show {
        #[command(flatten)]
        whose: UserArgument,
    },
    /// Give a user another username; id, password and sessions stay
    Rename {
        #[command(flatten)]
        whose: UserArgument,

        /// The new username, spelled as pages show it
        new: String,
    },
    /// Revoke all sessions of a user, and let nothing sign them in
    Disable {
        #[command(flatten)]
        whose: UserArgument,
    },
    /// Let a disabled user sign in again
    Enable {
        #[command(flatten)]
        whose: UserArgument,
    },
    /// Make a link by which a user chooses a new password
    ///
    /// It works once, and replaces the link that the user may have. It is shown only now.
    PasswordLink {
        #[command(flatten)]
        arguments: PasswordLinkArguments,
    },
    /// Replace the attributes of a user
    SetAttributes {
        #[command(flatten)]
        whose: UserArgument,

        /// A JSON object of at most 4 KiB
        json_object: String,
    },
    /// Delete a user with all keys and sessions
    Delete {
        #[command(flatten)]
        whose: UserArgument,

        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
}

pub(super) async fn run(context: &CommandContext, verb: Verb) -> Result<Outcome, Failure> {
    match verb {
        Verb::Create { username, password_stdin, no_password, no_key, user_id, attributes: json } => {
            let attributes = attributes(json.as_deref())?;
            let id = user_id.as_deref().map(|id| UserId::parse(id).ok_or_else(no_user_id)).transpose()?;
            let first_key = match (no_password, no_key) {
                (true, _) => FirstKey::WithoutPassword,
                (_, true) => FirstKey::None,
                _ => FirstKey::WithPassword(ask::password(password_stdin, true)?),
            };
            let user = context.admin.users.create(id, &username, first_key, attributes).await;
            let user = user.map_err(|error| refused(error, &context.passwords))?;
            audit::note("account_created", Some(&user.id));
            Ok(Outcome::One(Record::of_user(&user)))
        }
        Verb::Show { whose } => {
            let user = context.user(&whose).await?;
            let keys = context.admin.keys.list(&user.id).await?;
            let keys: Value = keys.iter().map(|key| key.id.as_str()).collect();
            Ok(Outcome::One(Record::of_user(&user).with("keys", keys)))
        }
        Verb::List { arguments } => list::run(context, &arguments).await,
        Verb::Rename { whose, new } => change::rename(context, &whose, new).await,
        Verb::Disable { whose } => change::set_disabled(context, &whose, true).await,
        Verb::Enable { whose } => change::set_disabled(context, &whose, false).await,
        Verb::PasswordLink { arguments } => password_link::run(context, &arguments).await,
        Verb::SetAttributes { whose, json_object } => change::set_attributes(context, &whose, &json_object).await,
        Verb::Delete { whose, yes } => {
            let user = context.user(&whose).await?;
            ask::confirm(yes, &format!("Delete {} and all their sessions?", escaped(user.username.as_str())))?;
            if !context.admin.users.delete(&user.id).await? {
                return Err(gone("user"));
            }
            audit::note("account_deleted", Some(&user.id));
            Ok(Outcome::One(Record::new([("userId", user.id.as_str().into()), ("deleted", true.into())])))
        }
    }
}

fn no_user_id() -> Failure {
    let line = format!("a user id is {} lower-case letters and digits", UserId::CHARS);
    Failure::new(Kind::Data, line)
}

fn refused(error: CreateUserError, passwords: &PasswordPolicy) -> Failure {
    match error {
        CreateUserError::InvalidUsername(error) => error.into(),
        CreateUserError::InvalidPassword(error) => Failure::from_password(error, passwords),
        CreateUserError::UsernameTaken => Failure::new(Kind::Taken, "the username is taken"),
        CreateUserError::IdTaken => Failure::new(Kind::Taken, "the user id is taken"),
        CreateUserError::Fault(fault) => fault.into(),
    }
}
