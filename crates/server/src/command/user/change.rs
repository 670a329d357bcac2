//! `doorward user rename`, `disable`, `enable` and `set-attributes`.

use doorward_app::admin::{UpdateUserError, UserChanges};
use doorward_domain::User;

use super::super::audit;
use super::super::context::{CommandContext, UserArgument, attributes, gone};
use super::super::failure::{Failure, Kind};
use super::super::outcome::Outcome;
use super::super::record::Record;

pub(super) async fn rename(context: &CommandContext, whose: &UserArgument, new: String) -> Result<Outcome, Failure> {
    let before = context.user(whose).await?;
    let changes = UserChanges { username: Some(new), ..UserChanges::default() };
    let user = update(context, &before, changes).await?;
    if user.username != before.username {
        audit::note("username_changed", Some(&user.id));
    }
    Ok(Outcome::One(Record::of_user(&user)))
}

pub(super) async fn set_disabled(
    context: &CommandContext,
    whose: &UserArgument,
    disabled: bool,
) -> Result<Outcome, Failure> {
    let before = context.user(whose).await?;
    let changes = UserChanges { disabled: Some(disabled), ..UserChanges::default() };
    let user = update(context, &before, changes).await?;
    if before.disabled != disabled {
        audit::note(if disabled { "account_disabled" } else { "account_enabled" }, Some(&user.id));
    }
    Ok(Outcome::One(Record::of_user(&user)))
}

pub(super) async fn set_attributes(
    context: &CommandContext,
    whose: &UserArgument,
    json_object: &str,
) -> Result<Outcome, Failure> {
    let attributes = attributes(Some(json_object))?;
    let before = context.user(whose).await?;
    let changes = UserChanges { attributes: Some(attributes), ..UserChanges::default() };
    let user = update(context, &before, changes).await?;
    audit::note("attributes_changed", Some(&user.id));
    Ok(Outcome::One(Record::of_user(&user)))
}

async fn update(context: &CommandContext, user: &User, changes: UserChanges) -> Result<User, Failure> {
    context.admin.users.update(&user.id, changes).await.map_err(|error| match error {
        UpdateUserError::NoSuchUser => gone("user"),
        UpdateUserError::InvalidUsername(error) => Failure::from_username(error, context.usernames),
        UpdateUserError::UsernameTaken => Failure::new(Kind::Taken, error.to_string()),
        UpdateUserError::Fault(fault) => fault.into(),
    })
}
