//! `doorward session`.

use clap::Subcommand;
use doorward_app::admin::CreateSessionError;
use doorward_domain::ports::LiveSession;
use doorward_domain::{SessionId, SessionState, SessionToken, User, UserId};

use super::audit;
use super::context::{CommandContext, UserArgument, attributes, gone};
use super::failure::{Failure, Kind};
use super::outcome::{List, More, Outcome};
use super::record::Record;

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Open a session for a user, and show its token, only once
    Create {
        #[command(flatten)]
        whose: UserArgument,

        /// Attributes: a JSON object of at most 4 KiB
        #[arg(long, value_name = "JSON")]
        attributes: Option<String>,
    },
    /// List the 1,000 newest live sessions of a user
    List {
        #[command(flatten)]
        whose: UserArgument,
    },
    /// Show a session without renewing it
    Show {
        /// The session's id
        session_id: String,
    },
    /// Replace the attributes of a session
    SetAttributes {
        /// The session's id
        session_id: String,

        /// A JSON object of at most 4 KiB
        json_object: String,
    },
    /// Revoke a session
    End {
        /// The session's id
        session_id: String,
    },
    /// Revoke all sessions of a user
    EndAll {
        #[command(flatten)]
        whose: UserArgument,
    },
    /// Delete expired sessions and links, old events and full buckets
    ///
    /// The server does so at its start and every hour.
    Sweep,
}

const COLUMNS: [&str; 6] = ["sessionId", "state", "createdAt", "lastUsedAt", "address", "userAgent"];

pub(super) async fn run(context: &CommandContext, verb: Verb) -> Result<Outcome, Failure> {
    let (policy, sessions) = (context.sessions, &context.admin.sessions);
    match verb {
        Verb::Create { whose, attributes: json } => {
            let attributes = attributes(json.as_deref())?;
            let user = context.user(&whose).await?;
            let opened = sessions.create(&user.id, attributes).await.map_err(|error| refused(error, &user))?;
            audit::note("session_created", Some(&user.id));
            let record = Record::of_session(&opened.valid.session, SessionState::Active);
            Ok(Outcome::One(record.with("token", opened.token.expose())))
        }
        Verb::List { whose } => {
            let user = context.user(&whose).await?;
            let now = context.clock.now();
            let listed = context.list_sessions.run(&user.id).await?;
            let record = |live: &LiveSession| Record::of_live_session(live, live.session.state(now, &policy));
            let records = listed.sessions.iter().map(record).collect();
            let more = if listed.more { More::Yes } else { More::No };
            Ok(Outcome::Many(List { columns: &COLUMNS, records, more }))
        }
        Verb::Show { session_id } => {
            let id = parse(&session_id)?;
            let found = sessions.get(&id).await?;
            let (live, state, user) = found.ok_or_else(|| no_such(&session_id))?;
            Ok(Outcome::One(Record::of_live_session(&live, state).with("username", user.username.as_str())))
        }
        Verb::SetAttributes { session_id, json_object } => {
            let attributes = attributes(Some(&json_object))?;
            let id = parse(&session_id)?;
            let user = user_of(context, &id).await?;
            if !sessions.set_attributes(&id, &attributes).await? {
                return Err(no_such(&session_id));
            }
            audit::note("attributes_changed", user.as_ref());
            Ok(Outcome::One(Record::new([("sessionId", session_id.into())]).with_attributes(&attributes)))
        }
        Verb::End { session_id } => {
            let id = parse(&session_id)?;
            let user = user_of(context, &id).await?;
            if !sessions.revoke(&id).await? {
                return Err(no_such(&session_id));
            }
            audit::note("session_revoked", user.as_ref());
            Ok(Outcome::One(Record::new([("ended", 1.into())])))
        }
        Verb::EndAll { whose } => {
            let user = context.user(&whose).await?;
            let ended = sessions.revoke_all(&user.id).await?;
            audit::note("sessions_revoked", Some(&user.id));
            Ok(Outcome::One(Record::new([("ended", ended.into())])))
        }
        Verb::Sweep => sweep(context).await,
    }
}

async fn sweep(context: &CommandContext) -> Result<Outcome, Failure> {
    let swept = context.admin.sweep.run().await?;
    Ok(Outcome::One(Record::new([
        ("sessions", swept.sessions.into()),
        ("links", swept.links.into()),
        ("signIns", swept.sign_ins.into()),
        ("buckets", swept.buckets.into()),
    ])))
}

/// The user of a session, for the audit line.
async fn user_of(context: &CommandContext, id: &SessionId) -> Result<Option<UserId>, Failure> {
    Ok(context.admin.sessions.get(id).await?.map(|(_, _, user)| user.id))
}

/// Reads an id. A text that is no id names no session, and a token is a secret, which is not repeated.
fn parse(session_id: &str) -> Result<SessionId, Failure> {
    SessionId::parse(session_id).ok_or_else(|| {
        // The text of a cookie may be percent-encoded.
        let what = if SessionToken::parse(&session_id.replace('%', "")).is_some() {
            "a session token is no session id".to_owned()
        } else {
            format!("there is no session {session_id:?}")
        };
        let form = format!("an id is {} lower-case letters and digits", SessionId::CHARS);
        Failure::new(Kind::NotFound, format!("{what}; {form}, and `doorward session list USER` shows it"))
    })
}

fn no_such(session_id: &str) -> Failure {
    Failure::new(Kind::NotFound, format!("there is no session {session_id:?}"))
}

fn refused(error: CreateSessionError, user: &User) -> Failure {
    match error {
        CreateSessionError::NoSuchUser => gone("user"),
        CreateSessionError::AccountDisabled => Failure::disabled(user),
        CreateSessionError::Fault(fault) => fault.into(),
    }
}
