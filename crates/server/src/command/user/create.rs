//! `doorward user create`.

use clap::Args;
use doorward_app::admin::{CreateUserError, CreateUsersError, FirstKey, IssuedLink, UserRefusal, UserWithoutPassword};
use doorward_domain::{Attributes, LinkPolicy, User, UserId, UsernameRules};

use super::super::arguments::{expires, user_id};
use super::super::context::{CommandContext, attributes};
use super::super::failure::{Failure, Kind};
use super::super::outcome::Outcome;
use super::super::record::{Record, instant};
use super::super::{ask, audit};

/// The new user.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct CreateArguments {
    /// The username, spelled as pages show it
    ///
    /// It has 4 to 31 characters, or more where --username-max allows them.
    username: String,

    /// Read the password from standard input, one line
    #[arg(long, group = "first-key")]
    password_stdin: bool,

    /// Show a link by which the user chooses the password, once
    #[arg(long, group = "first-key")]
    password_link: bool,

    /// Take the username without a password: no other user can have it, and nothing signs in with it
    #[arg(long, group = "first-key")]
    no_password: bool,

    /// Give no key: the username stays free for others
    #[arg(long, group = "first-key")]
    no_key: bool,

    /// How long the link is valid, up to 90d [default: 24h]
    #[arg(long, value_name = "DURATION", requires = "password_link")]
    expires: Option<String>,

    /// The id to keep, where the user had one elsewhere
    ///
    /// It has 1 to 128 printable ASCII characters without space, double quote, backslash and comma.
    #[arg(long, value_name = "ID")]
    user_id: Option<String>,

    /// Attributes: a JSON object of at most 4 KiB
    #[arg(long, value_name = "JSON")]
    attributes: Option<String>,
}

pub(super) async fn run(context: &CommandContext, arguments: CreateArguments) -> Result<Outcome, Failure> {
    let CreateArguments { username, password_stdin, password_link, no_password, no_key, .. } = arguments;
    let attributes = attributes(arguments.attributes.as_deref())?;
    let id = arguments.user_id.as_deref().map(|id| user_id("--user-id", id)).transpose()?;
    if password_link {
        let user = UserWithoutPassword { id, username, attributes };
        return create_with_link(context, user, arguments.expires.as_deref()).await;
    }
    let first_key = match (no_password, no_key) {
        (true, _) => FirstKey::WithoutPassword,
        (_, true) => FirstKey::None,
        _ => FirstKey::WithPassword(ask::password(password_stdin, true)?),
    };
    create(context, id, &username, first_key, attributes).await
}

async fn create(
    context: &CommandContext,
    id: Option<UserId>,
    username: &str,
    first_key: FirstKey,
    attributes: Attributes,
) -> Result<Outcome, Failure> {
    let user = context.admin.users.create(id, username, first_key, attributes).await;
    let user = user.map_err(|error| refused(error, context))?;
    audit::note("account_created", Some(&user.id));
    Ok(Outcome::One(Record::of_user(&user)))
}

async fn create_with_link(
    context: &CommandContext,
    user: UserWithoutPassword,
    lifetime: Option<&str>,
) -> Result<Outcome, Failure> {
    let valid_for = expires(lifetime, LinkPolicy::PASSWORD_LINK)?;
    let created = context.admin.users.create_with_links(vec![user], valid_for).await;
    let created = created.map_err(|error| match error {
        CreateUsersError::Refused(refusals) => refusals.first().map_or_else(
            || Failure::new(Kind::Data, "no user was created"),
            |(_, why)| Failure::from_refusal(*why, context.usernames),
        ),
        CreateUsersError::InvalidLifetime(error) => Failure::new(Kind::Data, error.to_string()),
        CreateUsersError::Fault(fault) => fault.into(),
    })?;
    let record = created.iter().map(|(user, link)| record(context, user, link)).next_back();
    context.link_origin.warn();
    Ok(Outcome::One(record.unwrap_or_else(|| Record::new([]))))
}

/// Notes a new user, and shows the user with the link.
pub(super) fn record(context: &CommandContext, user: &User, link: &IssuedLink) -> Record {
    audit::note("account_created", Some(&user.id));
    let record = Record::of_user(user).with("link", context.link_origin.password_link(&link.code));
    record.with("expiresAt", instant(link.expires_at))
}

fn refused(error: CreateUserError, context: &CommandContext) -> Failure {
    match error {
        CreateUserError::InvalidUsername(error) => Failure::from_username(error, context.usernames),
        CreateUserError::InvalidPassword(error) => Failure::from_password(error, &context.passwords),
        CreateUserError::UsernameTaken => Failure::from_refusal(UserRefusal::UsernameTaken, context.usernames),
        CreateUserError::IdTaken => Failure::from_refusal(UserRefusal::IdTaken, context.usernames),
        CreateUserError::Fault(fault) => fault.into(),
    }
}

impl Failure {
    /// A new user that was refused.
    pub(super) fn from_refusal(refusal: UserRefusal, usernames: UsernameRules) -> Self {
        match refusal {
            UserRefusal::InvalidUsername(error) => Self::from_username(error, usernames),
            UserRefusal::Repeated => Self::new(Kind::Data, refusal.to_string()),
            UserRefusal::UsernameTaken | UserRefusal::IdTaken => Self::new(Kind::Taken, refusal.to_string()),
        }
    }
}
