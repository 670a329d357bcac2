//! `/account/sessions`: where a user is signed in, and the latest sign-ins.

use std::net::IpAddr;

use askama::Template;
use doorward_domain::ports::{LiveSession, SessionList};
use doorward_domain::{Client, SessionId, SignInEvent, SignInKind};
use poem::{Request, Response};

use super::device;
use super::layout::{Frame, Pages};
use super::sign_in;
use crate::context::Context;
use crate::response::problem::Problem;
use crate::response::time::Moment;
use crate::texts::{Message, Texts};

/// How many sessions the page shows at first, and how many at most: a page stays small enough to be made for many at once.
const FEW: usize = 10;
const MOST: usize = 50;
/// The query that asks for [`MOST`].
const ALL: &str = "all";
/// How many sign-ins the page shows.
const SIGN_INS: usize = 5;
/// How much of a user agent and of a device's name is shown. Each character may be escaped.
const USER_AGENT_CHARS: usize = 100;
const NAME_CHARS: usize = 50;

#[derive(Template)]
#[template(path = "account-sessions.html")]
struct SessionsPage<'a> {
    frame: Frame<'a>,
    user_id: &'a str,
    /// The devices that the page shows.
    devices: Vec<Device<'a>>,
    /// Whether there are other sessions, shown or not.
    has_others: bool,
    /// The link that shows more.
    show_all: Option<String>,
    /// How many are not shown, where the page shows as many as it can.
    not_shown: Option<String>,
    /// The latest sign-ins, newest first.
    sign_ins: Vec<SignIn>,
    /// What was just done.
    done: Option<String>,
}

/// A session as people see it: a device on which they are signed in.
struct Device<'a> {
    session_id: &'a str,
    name: String,
    /// The beginning of the `User-Agent` that opened the session.
    user_agent: Option<String>,
    signed_in: Moment,
    /// `None` in the first hour.
    last_used: Option<Moment>,
    address: Option<IpAddr>,
    /// The label of its button, for a screen reader.
    sign_out_label: String,
    is_this_one: bool,
}

impl<'a> Device<'a> {
    fn new(live: &'a LiveSession, current: &SessionId, t: &Texts) -> Self {
        let LiveSession { session, client } = live;
        let name = name(client, t);
        Self {
            session_id: session.id.as_str(),
            user_agent: client.user_agent.as_ref().map(|agent| agent.as_str().chars().take(USER_AGENT_CHARS).collect()),
            signed_in: session.created_at.into(),
            last_used: (session.last_used_at > session.created_at).then(|| session.last_used_at.into()),
            address: client.address,
            sign_out_label: t.with("sign-out-device", "device", &name),
            name,
            is_this_one: session.id == *current,
        }
    }
}

/// A sign-in as people see it.
struct SignIn {
    what: String,
    at: Moment,
    device: String,
    address: Option<IpAddr>,
}

impl SignIn {
    fn new(event: &SignInEvent, t: &Texts) -> Self {
        let what = match event.kind {
            SignInKind::SignUp => Message::new("event-sign-up"),
            SignInKind::LogIn => Message::new("event-log-in"),
            SignInKind::PasswordChanged => Message::new("event-password-changed"),
            SignInKind::Recovered => Message::new("event-recovered"),
            SignInKind::PasswordReset => Message::new("event-password-reset"),
            SignInKind::Vouched => Message::new("event-vouched"),
        };
        Self {
            what: t.message(&what),
            at: event.at.into(),
            device: name(&event.client, t),
            address: event.client.address,
        }
    }
}

/// The name of a client's device, of a length that fits the page.
fn name(client: &Client, t: &Texts) -> String {
    device::name(client.user_agent.as_ref(), t).chars().take(NAME_CHARS).collect()
}

pub(super) async fn show(context: &Context, pages: &Pages, request: &Request) -> Result<Response, Problem> {
    let session = match sign_in::require(context, request).await? {
        Ok(session) => session,
        Err(redirect) => return Ok(redirect),
    };
    let SessionList { sessions, more: has_older } = context.use_cases.list_sessions.run(&session.user.id).await?;
    let sign_ins = context.use_cases.recent_sign_ins.run(&session.user.id, SIGN_INS).await?;
    let frame = pages.frame(pages.language(request.headers()));
    let current = &session.session.id;
    let limit = if request.uri().query() == Some(ALL) { MOST } else { FEW };
    let (this, others): (Vec<_>, Vec<_>) = sessions.iter().partition(|live| live.session.id == *current);
    let devices: Vec<_> =
        this.into_iter().chain(others).take(limit).map(|live| Device::new(live, current, frame.t)).collect();
    let more = sessions.len() - devices.len();
    let more_text = |text: Message| (more > 0).then(|| frame.t.message(&text));
    let not_shown = if has_older { Message::new("older-devices-not-shown") } else { Message::new("devices-not-shown") };
    Ok(frame.render(&SessionsPage {
        frame,
        user_id: session.user.id.as_str(),
        devices,
        has_others: sessions.len() > 1,
        show_all: more_text(Message::new("show-all-devices").with("count", sessions.len().min(MOST)))
            .filter(|_| limit == FEW),
        not_shown: more_text(not_shown.with("count", more)).filter(|_| limit == MOST),
        sign_ins: sign_ins.iter().map(|event| SignIn::new(event, frame.t)).collect(),
        done: sign_in::done(request, frame.t),
    }))
}
