//! What sign-up and login share: reading who wants in, and letting them in or not, each client in its own way.

use doorward_app::{Credentials, OpenedSession};
use doorward_domain::SessionToken;
use poem::Request;
use poem_openapi::types::Type;

use crate::answer::SignedIn;
use crate::context::Context;
use crate::credential::Credential;
use crate::fields::Fields;
use crate::form::{FormEcho, FormName};
use crate::negotiation::Wants;
use crate::problem::{Problem, ProblemKind};
use crate::return_to;
use crate::submission::Submission;
use crate::wire::{SessionBody, Transport};

/// A request to be let in.
pub(crate) struct Entry {
    pub(crate) credentials: Credentials,
    /// The session that the request came with, if any.
    pub(crate) presented: Option<SessionToken>,
    form: FormName,
    wants: Wants,
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
        let presented = Credential::of(request).tokens(&context.cookie).into_iter().next();
        let fields = body.read().await?;
        let settings = &context.settings;
        let next = fields.text("next");
        Ok(Self {
            credentials: Credentials {
                username: fields.text("username").cloned(),
                password: fields.text("password").cloned(),
            },
            presented,
            form,
            wants: Wants::of(request),
            transport: transport(&fields)?,
            next: next.and_then(|next| return_to::location(next, &settings.public_origin, &settings.return_origins)),
        })
    }

    /// The answer to whoever was let in.
    pub(crate) fn admit<const STATUS: u16>(self, context: &Context, opened: &OpenedSession) -> SignedIn<STATUS> {
        let body = || Box::new(SessionBody::from(&opened.valid));
        let cookie = || context.cookie.issue(&opened.token);
        match (self.transport, self.wants) {
            (Transport::Bearer, _) => {
                SignedIn::Session { body: Box::new(body().with_token(&opened.token)), cookie: None }
            }
            (Transport::Cookie, Wants::Json) => SignedIn::Session { body: body(), cookie: Some(cookie()) },
            (Transport::Cookie, Wants::Page | Wants::Seed) => {
                let location = self.next.unwrap_or_else(|| "/".into());
                SignedIn::Redirect { location, cookie: cookie() }
            }
        }
    }

    /// The problem of whoever was not, with what it takes to show the form again.
    pub(crate) fn refuse(self, problem: Problem) -> Problem {
        let username = self.credentials.username.map(|text| text.to_string()).unwrap_or_default();
        let form = FormEcho { name: self.form, username, next: self.next };
        Problem { form: Some(form), json_only: matches!(self.transport, Transport::Bearer), ..problem }
    }
}

fn transport(fields: &Fields) -> Result<Transport, Problem> {
    match fields.text("transport").map(|text| text.as_str()) {
        Some("bearer") => Ok(Transport::Bearer),
        Some("cookie") => Ok(Transport::Cookie),
        None if !fields.has("transport") => Ok(Transport::Cookie),
        _ => Err(Problem::new(ProblemKind::MalformedRequest).detail("`transport` is `cookie` or `bearer`.")),
    }
}
