//! `doorward user list`.

use clap::Args;
use doorward_domain::ports::UserQuery;
use doorward_domain::{LoginName, Username};

use super::super::arguments::{instant, limit, user_id};
use super::super::context::CommandContext;
use super::super::failure::Failure;
use super::super::outcome::{List, More, Outcome};
use super::super::record::Record;

/// Which users.
#[derive(Debug, Args)]
pub(crate) struct ListArguments {
    /// Only users who are disabled
    #[arg(long)]
    disabled: bool,

    /// Only users created on this date or later (UTC)
    ///
    /// A date such as 2026-11-30, or an instant such as 2026-11-30T08:00:00Z.
    #[arg(long, value_name = "DATE")]
    created_after: Option<String>,

    /// Only users whose username starts so, in any spelling
    #[arg(long, value_name = "TEXT")]
    prefix: Option<String>,

    /// Only users after this id, the last one of the page before
    #[arg(long, value_name = "ID")]
    after: Option<String>,

    /// At most so many users, up to 100000 [default: 1000]
    #[arg(long, value_name = "N")]
    limit: Option<String>,
}

const COLUMNS: [&str; 4] = ["userId", "username", "createdAt", "disabled"];

pub(super) async fn run(context: &CommandContext, arguments: &ListArguments) -> Result<Outcome, Failure> {
    let limit = limit(arguments.limit.as_deref())?;
    let query = query(context, arguments)?;
    let mut users = context.admin.users.list(&query, limit + 1).await?;
    let more = More::cut(&mut users, limit, |user| user.id.as_str().to_owned());
    Ok(Outcome::Many(List { columns: &COLUMNS, records: users.iter().map(Record::of_user).collect(), more }))
}

fn query(context: &CommandContext, arguments: &ListArguments) -> Result<UserQuery, Failure> {
    let ListArguments { disabled, created_after, prefix, after, .. } = arguments;
    let key_of = |text: &str| {
        let name = LoginName::parse(text, Username::MOST_CHARS);
        name.map(|name| name.key_id()).map_err(|error| Failure::from_username(error, context.usernames))
    };
    Ok(UserQuery {
        after: after.as_deref().map(|text| user_id("--after", text)).transpose()?,
        disabled: disabled.then_some(true),
        created_since: created_after.as_deref().map(|text| instant("--created-after", text)).transpose()?,
        key_prefix: prefix.as_deref().map(key_of).transpose()?,
    })
}
