//! What sign-up and login share: reading who wants in, and letting them in or not, each client in its own way.

use doorward_app::{Attempt, Credentials, OpenedSession, TrustedDevices};
use doorward_domain::{Client, SessionToken};
use poem::Request;
use poem_openapi::types::Type;

use crate::context::Context;
use crate::form::{EntryEcho, FormEcho, FormName};
use crate::request::body::Submission;
use crate::request::credential::Credential;
use crate::request::fields::Fields;
use crate::request::response_mode::ResponseMode;
use crate::request::return_to;
use crate::response::answer::SignedIn;
use crate::response::problem::{Problem, ProblemKind};
use crate::response::wire::{SessionBody, Transport};
use crate::texts::Message;

/// A request to be let in.
pub(crate) struct Entry {
    pub(crate) credentials: Credentials,
    /// What may be sessions that the request came with.
    pub(crate) presented: Vec<SessionToken>,
    pub(crate) client: Client,
    pub(crate) devices: TrustedDevices,
    form: FormName,
    wants: ResponseMode,
    transport: Transport,
    next: Option<String>,
}

impl Entry {
    /// Reads the request, its body last.
    pub(crate) async fn read<T: Type>(
        context: &Context,
        request: &Request,
        form: FormName,
        body: Submission<T>,
    ) -> Result<Self, Problem> {
        let attempt = match form {
            FormName::SignUp => Attempt::SignUp,
            FormName::LogIn | FormName::Recover => Attempt::Password,
        };
        let client = context.admitted_client(request, attempt).await?;
        let presented = Credential::of(request).tokens(&context.cookie);
        let fields = body.read().await?;
        let transport = Transport::read(&fields)?.unwrap_or(Transport::Cookie);
        Ok(Self {
            credentials: Credentials {
                username: fields.text("username").cloned(),
                password: fields.text("password").cloned(),
            },
            presented,
            client,
            devices: context.devices(request, &transport),
            form,
            wants: ResponseMode::of(request),
            transport,
            next: location(context, &fields),
        })
    }

    /// The answer to whoever was let in.
    pub(crate) fn admit<const STATUS: u16>(self, context: &Context, opened: &OpenedSession) -> SignedIn<STATUS> {
        admit(context, opened, self.transport, self.wants, self.next)
    }

    /// The problem of whoever was not, with what it takes to show the form again.
    pub(crate) fn refuse(self, problem: Problem) -> Problem {
        let username = self.credentials.username.map(|text| text.to_string()).unwrap_or_default();
        let form = FormEcho::Entry(EntryEcho { name: self.form, username, next: self.next });
        Problem { form: Some(form), json_only: matches!(self.transport, Transport::Bearer), ..problem }
    }
}

/// The answer to whoever has a session from now on: with the token or the cookie, as JSON or on to the next page.
pub(crate) fn admit<const STATUS: u16>(
    context: &Context,
    opened: &OpenedSession,
    transport: Transport,
    wants: ResponseMode,
    next: Option<String>,
) -> SignedIn<STATUS> {
    let body = || Box::new(SessionBody::from(&opened.valid));
    // Who looks at the first alone finds the session.
    let cookies = || {
        let devices = opened.devices.as_ref().map(|devices| context.device_cookie.issue(devices));
        std::iter::once(context.cookie.issue(&opened.token)).chain(devices).collect()
    };
    match (transport, wants) {
        (Transport::Bearer, _) => {
            SignedIn::Session { body: Box::new(body().with_token(&opened.token)), cookies: vec![] }
        }
        (Transport::Cookie, ResponseMode::Json) => SignedIn::Session { body: body(), cookies: cookies() },
        (Transport::Cookie, ResponseMode::Page | ResponseMode::FormFetch) => {
            SignedIn::Redirect { location: next.unwrap_or_else(|| "/".into()), cookies: cookies() }
        }
    }
}

/// Where the field `next` leads, if that is a good place.
pub(crate) fn location(context: &Context, fields: &Fields) -> Option<String> {
    let settings = &context.settings;
    return_to::location(fields.text("next")?, &settings.public_origin, &settings.return_origins)
}

impl Transport {
    /// What the field `transport` says; `None` where it is not there.
    pub(crate) fn read(fields: &Fields) -> Result<Option<Self>, Problem> {
        match fields.text("transport").map(|text| text.as_str()) {
            Some("bearer") => Ok(Some(Self::Bearer)),
            Some("cookie") => Ok(Some(Self::Cookie)),
            None if !fields.has("transport") => Ok(None),
            _ => Err(Problem::new(ProblemKind::MalformedRequest).detail(Message::new("transport"))),
        }
    }
}
