//! `doorward user create-many`.

use std::collections::HashMap;

use clap::{Args, ValueHint};
use doorward_app::admin::{CreateUsersError, UserRefusal, UserWithoutPassword};
use doorward_domain::{LinkPolicy, LoginName, Username};

use super::super::arguments::expires;
use super::super::context::{CommandContext, attributes};
use super::super::failure::{Failure, Kind};
use super::super::outcome::{Outcome, Sheet};
use super::create::record;
use super::names::{self, Name};

/// The new users.
#[derive(Debug, Args)]
pub(crate) struct CreateManyArguments {
    /// A file with one username a line, at most 1,000; `-` is standard input
    #[arg(value_hint = ValueHint::FilePath)]
    file: String,

    /// Show a link for each user, by which they choose the password; the default, since it is the only way
    #[arg(long)]
    password_links: bool,

    /// How long the links are valid, up to 90d [default: 24h]
    #[arg(long, value_name = "DURATION")]
    expires: Option<String>,

    /// Attributes of each user: a JSON object of at most 4 KiB
    #[arg(long, value_name = "JSON")]
    attributes: Option<String>,
}

/// The headers of the sheet, and the values below them.
const COLUMNS: [(&str, &str); 4] =
    [("username", "username"), ("userId", "userId"), ("link", "link"), ("expires", "expiresAt")];

/// The most characters of a refused name that are repeated: more than any username has.
const MAX_SHOWN_CHARS: usize = 40;

pub(super) async fn run(context: &CommandContext, arguments: &CreateManyArguments) -> Result<Outcome, Failure> {
    let valid_for = expires(arguments.expires.as_deref(), LinkPolicy::PASSWORD_LINK)?;
    let attributes = attributes(arguments.attributes.as_deref())?;
    let names = names::read(&arguments.file)?;
    let user =
        |name: &Name| UserWithoutPassword { id: None, username: name.text.clone(), attributes: attributes.clone() };
    let created = context.admin.users.create_with_links(names.iter().map(user).collect(), valid_for).await;
    let created = created.map_err(|error| match error {
        CreateUsersError::Refused(refusals) => refused(context, &names, &refusals),
        CreateUsersError::InvalidLifetime(error) => Failure::new(Kind::Data, error.to_string()),
        CreateUsersError::Fault(fault) => fault.into(),
    })?;
    let records = created.iter().map(|(user, link)| record(context, user, link)).collect();
    context.link_origin.warn();
    Ok(Outcome::Sheet(Sheet { columns: &COLUMNS, records }))
}

/// A line for each name that cannot be taken.
fn refused(context: &CommandContext, names: &[Name], refusals: &[(usize, UserRefusal)]) -> Failure {
    let mut first_lines = HashMap::new();
    for name in names.iter().rev() {
        first_lines.insert(key(name), name.line);
    }
    let told = refusals.iter().map(|(place, refusal)| {
        let name = &names[*place];
        let reason = match (refusal, first_lines.get(&key(name))) {
            (UserRefusal::Repeated, Some(first)) => format!("the username is that of line {first}"),
            _ => Failure::from_refusal(*refusal, context.usernames).line().to_owned(),
        };
        format!("line {}: {:?}: {reason}", name.line, shortened(&name.text))
    });
    let summary = format!("no user was created, since {} of {} names cannot be taken", refusals.len(), names.len());
    Failure::new(Kind::Data, summary).with_details(told.collect())
}

/// The key of a name, which all its spellings share; `None` for a text of another length.
fn key(name: &Name) -> Option<String> {
    LoginName::parse(&name.text, Username::MOST_CHARS).ok().map(|name| name.key_id().as_str().to_owned())
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
