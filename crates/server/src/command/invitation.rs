//! `doorward invitation`.

use clap::{Args, Subcommand};
use doorward_app::SignUpMode;
use doorward_app::admin::{CreateInvitationError, NewInvitation};
use doorward_domain::{Invitation, InvitationId, LinkPolicy, OneTimeCode};

use super::arguments::{expires, limit, number, wrong};
use super::audit;
use super::context::{CommandContext, attributes};
use super::failure::{Failure, Kind};
use super::outcome::{List, More, Outcome};
use super::record::Record;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make a link by which persons sign up, and show it, only once
    Create {
        #[command(flatten)]
        arguments: CreateArguments,
    },
    /// List the invitations that can be used
    List {
        /// Only invitations after this id, the last one of the page before
        #[arg(long, value_name = "ID")]
        after: Option<String>,

        /// At most so many invitations, up to 100000 [default: 1000]
        #[arg(long, value_name = "N")]
        limit: Option<String>,
    },
    /// Revoke an invitation
    Revoke {
        /// The invitation's id
        invitation_id: String,
    },
}

/// The new invitation.
#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// How many persons can sign up with it, up to 100000 [default: 1]
    #[arg(long, value_name = "N")]
    uses: Option<String>,

    /// How long it is valid, up to 90d [default: 7d]
    #[arg(long, value_name = "DURATION")]
    expires: Option<String>,

    /// The username that the new user has, instead of one they choose
    #[arg(long, value_name = "NAME")]
    username: Option<String>,

    /// Attributes of the new users: a JSON object of at most 4 KiB
    #[arg(long, value_name = "JSON")]
    attributes: Option<String>,
}

const COLUMNS: [&str; 5] = ["invitationId", "username", "usesLeft", "createdAt", "expiresAt"];

pub(super) async fn run(context: &CommandContext, verb: Verb) -> Result<Outcome, Failure> {
    match verb {
        Verb::Create { arguments } => create(context, arguments).await,
        Verb::List { after, limit } => list(context, after.as_deref(), limit.as_deref()).await,
        Verb::Revoke { invitation_id } => revoke(context, &invitation_id).await,
    }
}

async fn create(context: &CommandContext, arguments: CreateArguments) -> Result<Outcome, Failure> {
    let CreateArguments { uses, expires: lifetime, username, attributes: json } = arguments;
    let new = NewInvitation {
        username,
        attributes: attributes(json.as_deref())?,
        uses: number("--uses", uses.as_deref(), 1, LinkPolicy::MOST_USES)?,
        valid_for: expires(lifetime.as_deref(), LinkPolicy::INVITATION)?,
    };
    let created = context.admin.links.create_invitation(new).await;
    let (invitation, code) = created.map_err(|error| refused(error, context))?;
    audit::note_invitation("invitation_created", &invitation.id);
    if context.sign_up == SignUpMode::Closed {
        eprintln!("doorward: warning: DOORWARD_SIGNUP is closed, so the invitation has no effect");
    }
    context.link_origin.warn();
    let link = context.link_origin.invitation(&code);
    Ok(Outcome::One(Record::of_invitation(&invitation).with("link", link)))
}

async fn list(context: &CommandContext, after: Option<&str>, most: Option<&str>) -> Result<Outcome, Failure> {
    let limit = limit(most)?;
    let no_id = |text: &str| {
        let chars = InvitationId::CHARS;
        wrong("--after", text, &format!("the id of an invitation, {chars} lower-case letters and digits"))
    };
    let after = after.map(|text| InvitationId::parse(text).ok_or_else(|| no_id(text))).transpose()?;
    let mut invitations = context.admin.links.list_invitations(after, limit + 1).await?;
    let id = |invitation: &Invitation| invitation.id.as_str().to_owned();
    let more = More::cut(&mut invitations, limit, id);
    let records = invitations.iter().map(Record::of_invitation).collect();
    Ok(Outcome::Many(List { columns: &COLUMNS, records, more }))
}

async fn revoke(context: &CommandContext, invitation_id: &str) -> Result<Outcome, Failure> {
    let id = InvitationId::parse(invitation_id).ok_or_else(|| no_id(invitation_id))?;
    if !context.admin.links.revoke_invitation(&id).await? {
        return Err(Failure::new(Kind::NotFound, format!("there is no invitation {invitation_id:?}")));
    }
    audit::note_invitation("invitation_revoked", &id);
    Ok(Outcome::One(Record::new([("invitationId", id.as_str().into()), ("revoked", true.into())])))
}

/// The failure for a text that is no id. A link and its code are secrets, which are not repeated.
fn no_id(text: &str) -> Failure {
    let code = text.rsplit('/').next().and_then(OneTimeCode::parse);
    let what = match code {
        Some(_) => "the code of a link is no invitation id".to_owned(),
        None => format!("there is no invitation {text:?}"),
    };
    let form = format!("an id is {} lower-case letters and digits", InvitationId::CHARS);
    Failure::new(Kind::NotFound, format!("{what}; {form}, and `doorward invitation list` shows it"))
}

fn refused(error: CreateInvitationError, context: &CommandContext) -> Failure {
    match error {
        CreateInvitationError::InvalidUsername(error) => Failure::from_username(error, context.usernames),
        CreateInvitationError::UsernameTaken => Failure::new(Kind::Taken, error.to_string()),
        CreateInvitationError::InvalidUses { most: 1 } => {
            Failure::new(Kind::Data, "an invitation with --username has one use")
        }
        CreateInvitationError::InvalidUses { .. } | CreateInvitationError::InvalidLifetime(_) => {
            Failure::new(Kind::Data, error.to_string())
        }
        CreateInvitationError::Fault(fault) => fault.into(),
    }
}
