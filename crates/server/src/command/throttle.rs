//! `doorward throttle`.

use std::net::IpAddr;

use clap::{Args, Subcommand};
use doorward_domain::{Client, User};

use super::audit;
use super::context::{CommandContext, UserArgument};
use super::failure::Failure;
use super::outcome::Outcome;
use super::record::Record;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Let a user or an address try again at once
    Reset {
        #[command(flatten)]
        whose: ResetArguments,
    },
}

/// Whose attempts are forgotten.
#[derive(Debug, Args)]
pub(crate) struct ResetArguments {
    /// The user, by username or id, or the IP address
    ///
    /// Where it is an address and also a username, both are reset.
    #[arg(value_name = "NAME|ADDRESS")]
    subject: String,

    /// It is a user's id, even if another user has it as their username
    #[arg(long)]
    id: bool,
}

pub(super) async fn run(context: &CommandContext, verb: Verb) -> Result<Outcome, Failure> {
    let Verb::Reset { whose: ResetArguments { subject, id } } = verb;
    let address: Option<IpAddr> = subject.parse().ok();
    let user = match context.user(&UserArgument::new(subject, id)).await {
        Ok(user) => Some(user),
        Err(failure) if address.is_none() || !failure.is_not_found() => return Err(failure),
        Err(_) => None,
    };
    reset(context, user, address).await
}

async fn reset(context: &CommandContext, user: Option<User>, address: Option<IpAddr>) -> Result<Outcome, Failure> {
    let throttle = &context.admin.throttle;
    let mut cleared = false;
    if let Some(address) = address {
        cleared |= throttle.address(&Client { address: Some(address), user_agent: None }).await?;
    }
    if let Some(user) = &user {
        cleared |= throttle.account(&user.username.key_id()).await?;
    }
    if cleared {
        audit::note_throttle_reset(user.as_ref().map(|user| &user.id), address);
    }
    let mut record = Record::new([]);
    if let Some(user) = &user {
        record = record.with("userId", user.id.as_str()).with("username", user.username.as_str());
    }
    if let Some(address) = address {
        record = record.with("address", address.to_string());
    }
    Ok(Outcome::One(record.with("attemptsCleared", cleared)))
}
