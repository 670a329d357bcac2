//! `doorward session`.

use std::sync::Arc;

use clap::Subcommand;
use doorward_app::{
    CreateSession, CreateSessionError, EndSessions, GetSession, ListSessions, SessionMint, Sweep,
    UpdateSessionAttributes,
};
use doorward_domain::ports::LiveSession;
use doorward_domain::{SessionId, SessionState, ThrottleLimits};

use super::failure::{Failure, Kind};
use super::record::Record;
use super::{Desk, Outcome, Whose, attributes};

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Open a session for a user, and show the token that proves it, which is shown only this once
    Create {
        #[command(flatten)]
        whose: Whose,

        /// Attributes: a JSON object of at most 4 KiB
        #[arg(long, value_name = "JSON")]
        attributes: Option<String>,
    },
    /// List the live sessions of a user, those opened last first
    List {
        #[command(flatten)]
        whose: Whose,
    },
    /// Show a session, and leave it as it is
    Show {
        /// What names the session
        session_id: String,
    },
    /// Replace the attributes of a session
    SetAttributes {
        /// What names the session
        session_id: String,

        /// A JSON object of at most 4 KiB
        json_object: String,
    },
    /// End a session
    End {
        /// What names the session
        session_id: String,
    },
    /// End all sessions of a user
    EndAll {
        #[command(flatten)]
        whose: Whose,
    },
    /// Delete the dead sessions of all users, and what is spent of the throttle, as the server does every hour
    Sweep,
}

pub(super) async fn run(desk: &Desk, verb: Verb) -> Result<Outcome, Failure> {
    let policy = desk.settings.sessions;
    let sessions = desk.store.sessions();
    match verb {
        Verb::Create { whose, attributes: json } => {
            let attributes = attributes(json.as_deref())?;
            let user = desk.user(&whose).await?;
            let mint = Arc::new(SessionMint::new(desk.tokens.clone(), desk.clock.clone(), policy));
            let opened = CreateSession::new(desk.store.users(), sessions, mint).run(&user.id, attributes).await?;
            let record = Record::of_session(&opened.valid.session, SessionState::Active);
            Ok(Outcome::One(record.with("token", opened.token.expose())))
        }
        Verb::List { whose } => {
            let user = desk.user(&whose).await?;
            let now = desk.clock.now();
            let listed = ListSessions::new(sessions, desk.clock.clone(), policy).run(&user.id).await?;
            let record = |live: &LiveSession| Record::of_live_session(live, live.session.state(now, &policy));
            Ok(Outcome::Many("sessions", listed.iter().map(record).collect()))
        }
        Verb::Show { session_id } => {
            let id = parse(&session_id)?;
            let found = GetSession::new(sessions, desk.clock.clone(), policy).run(&id).await?;
            let (live, state, user) = found.ok_or_else(|| no_such(&session_id))?;
            Ok(Outcome::One(Record::of_live_session(&live, state).with("username", user.username.as_str())))
        }
        Verb::SetAttributes { session_id, json_object } => {
            let attributes = attributes(Some(&json_object))?;
            let id = parse(&session_id)?;
            if !UpdateSessionAttributes::new(sessions).run(&id, &attributes).await? {
                return Err(no_such(&session_id));
            }
            Ok(Outcome::One(Record::new([("sessionId", session_id.into())]).with_attributes(&attributes)))
        }
        Verb::End { session_id } => {
            let id = parse(&session_id)?;
            if !EndSessions::new(sessions).one(&id).await? {
                return Err(no_such(&session_id));
            }
            Ok(Outcome::One(Record::new([("ended", 1.into())])))
        }
        Verb::EndAll { whose } => {
            let user = desk.user(&whose).await?;
            let ended = EndSessions::new(sessions).all(&user.id).await?;
            Ok(Outcome::One(Record::new([("ended", ended.into())])))
        }
        Verb::Sweep => {
            let limits = desk.settings.throttle.unwrap_or(ThrottleLimits::DEFAULT);
            let swept = Sweep::new(sessions, desk.store.records(), desk.store.throttle(), desk.clock.clone(), limits)
                .run()
                .await?;
            Ok(Outcome::One(Record::new([("sessions", swept.sessions.into()), ("buckets", swept.buckets.into())])))
        }
    }
}

/// A text that no id can have names no session.
fn parse(session_id: &str) -> Result<SessionId, Failure> {
    SessionId::parse(session_id).ok_or_else(|| no_such(session_id))
}

fn no_such(session_id: &str) -> Failure {
    Failure::new(Kind::NotFound, format!("there is no session {session_id:?}"))
}

impl From<CreateSessionError> for Failure {
    fn from(error: CreateSessionError) -> Self {
        match error {
            CreateSessionError::NoSuchUser => Self::new(Kind::NotFound, error.to_string()),
            CreateSessionError::Fault(fault) => fault.into(),
        }
    }
}
