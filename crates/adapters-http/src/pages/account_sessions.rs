//! `/account/sessions`: where a user is signed in.

use askama::Template;
use doorward_domain::ports::LiveSession;
use doorward_domain::{SessionId, UserAgent};
use poem::{Request, Response};

use super::device;
use super::layout::{Frame, Pages};
use super::sign_in;
use crate::context::Context;
use crate::response::problem::Problem;
use crate::response::time::minute;
use crate::texts::{Message, Texts};

#[derive(Template)]
#[template(path = "account-sessions.html")]
struct SessionsPage<'a> {
    frame: Frame<'a>,
    devices: Vec<Device<'a>>,
    /// What was just done.
    done: Option<String>,
}

/// A session as people see it: a device on which they are signed in.
struct Device<'a> {
    session_id: &'a str,
    name: String,
    /// The `User-Agent` that opened the session.
    user_agent: Option<&'a str>,
    /// Since when, and from which address.
    since: String,
    /// The label of its button, for a screen reader.
    revoke_label: String,
    is_this_one: bool,
}

impl<'a> Device<'a> {
    fn new(live: &'a LiveSession, current: &SessionId, t: &Texts) -> Self {
        let LiveSession { session, client } = live;
        let (name, when) = (device::name(client.user_agent.as_ref(), t), minute(session.created_at));
        let since = match client.address {
            Some(address) => Message::new("since-from").with("address", address.to_string()),
            None => Message::new("since"),
        };
        Self {
            session_id: session.id.as_str(),
            user_agent: client.user_agent.as_ref().map(UserAgent::as_str),
            since: t.message(&since.with("when", when.clone())),
            revoke_label: t.message(&Message::new("end-device").with("device", name.clone()).with("when", when)),
            name,
            is_this_one: session.id == *current,
        }
    }
}

pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let session = match sign_in::require(context, request).await? {
        Ok(session) => session,
        Err(redirect) => return Ok(redirect),
    };
    let sessions = context.use_cases.list_sessions.run(&session.user.id).await?;
    let frame = pages.frame(pages.language(request.headers()));
    let done = match sign_in::done(request).as_deref() {
        Some("session") => Some(frame.t.say("done-session")),
        Some("other-sessions") => Some(frame.t.say("done-other-sessions")),
        _ => None,
    };
    let devices = sessions.iter().map(|live| Device::new(live, &session.session.id, frame.t)).collect();
    Ok(frame.render(&SessionsPage { frame, devices, done }))
}
