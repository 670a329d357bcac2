//! `doorward user password-link`.

use clap::Args;
use doorward_app::admin::CreatePasswordLinkError;
use doorward_domain::{LinkPolicy, User};

use super::super::arguments::expires;
use super::super::audit;
use super::super::context::{CommandContext, UserArgument, gone};
use super::super::failure::{Failure, Kind};
use super::super::outcome::Outcome;
use super::super::record::{Record, escaped, instant};

/// Whose link, and what about it.
#[derive(Debug, Args)]
pub(crate) struct PasswordLinkArguments {
    #[command(flatten)]
    whose: UserArgument,

    /// How long the link is valid, up to 90d [default: 24h]
    #[arg(long, value_name = "DURATION")]
    expires: Option<String>,

    /// Revoke the link that the user has, and make none
    #[arg(long, conflicts_with = "expires")]
    revoke: bool,
}

pub(super) async fn run(context: &CommandContext, arguments: &PasswordLinkArguments) -> Result<Outcome, Failure> {
    let valid_for = expires(arguments.expires.as_deref(), LinkPolicy::PASSWORD_LINK)?;
    let user = context.user(&arguments.whose).await?;
    if arguments.revoke {
        return revoke(context, &user).await;
    }
    let link = context.admin.links.create_password_link(&user.id, valid_for).await;
    let link = link.map_err(|error| refused(error, &user))?;
    audit::note("password_link_created", Some(&user.id));
    context.link_origin.warn();
    let record = Record::new([("userId", user.id.as_str().into()), ("username", user.username.as_str().into())]);
    let record = record.with("link", context.link_origin.password_link(&link.code));
    Ok(Outcome::One(record.with("expiresAt", instant(link.expires_at))))
}

async fn revoke(context: &CommandContext, user: &User) -> Result<Outcome, Failure> {
    if !context.admin.links.revoke_password_link(&user.id).await? {
        let line = format!("{} has no password link", escaped(user.username.as_str()));
        return Err(Failure::new(Kind::NotFound, line));
    }
    audit::note("password_link_revoked", Some(&user.id));
    let record = Record::new([("userId", user.id.as_str().into()), ("username", user.username.as_str().into())]);
    Ok(Outcome::One(record.with("revoked", true)))
}

fn refused(error: CreatePasswordLinkError, user: &User) -> Failure {
    match error {
        CreatePasswordLinkError::NoSuchUser => gone("user"),
        CreatePasswordLinkError::AccountDisabled => Failure::disabled(user),
        CreatePasswordLinkError::NoKeyOfUsername => {
            let key =
                format!("doorward key add {} {:?}", user.id.as_str(), format!("username:{}", user.username.as_str()));
            let line = "the user does not have the key of their username, which would get the password";
            Failure::new(Kind::Data, format!("{line}; add it with `{key}`"))
        }
        CreatePasswordLinkError::InvalidLifetime(error) => Failure::new(Kind::Data, error.to_string()),
        CreatePasswordLinkError::Fault(fault) => fault.into(),
    }
}
