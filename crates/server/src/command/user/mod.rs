//! `doorward user`.

mod change;
mod create;
mod create_many;
mod list;
mod names;
mod password_link;

use clap::Subcommand;
use serde_json::Value;

use super::context::{CommandContext, UserArgument, gone};
use super::failure::Failure;
use super::outcome::Outcome;
use super::record::{Record, escaped};
use super::{ask, audit};
use create::CreateArguments;
use create_many::CreateManyArguments;
use list::ListArguments;
use password_link::PasswordLinkArguments;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Create a user, with a password unless a flag says otherwise
    Create {
        #[command(flatten)]
        arguments: CreateArguments,
    },
    /// Create the users of a list, and print their links as CSV
    ///
    /// All of them, or none. The CSV is `username,userId,link,expires`; with --json each user is an object.
    CreateMany {
        #[command(flatten)]
        arguments: CreateManyArguments,
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
        Verb::Create { arguments } => create::run(context, arguments).await,
        Verb::CreateMany { arguments } => create_many::run(context, &arguments).await,
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
