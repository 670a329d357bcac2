//! The outcomes of operations. An operation returns one of the small types here, which describes the response in the
//! `OpenAPI` document; the pipeline renders its [`Outcome`].

use std::sync::Arc;

use doorward_app::{IssuedCodes, OpenedSession};
use doorward_domain::User;
use poem::http::StatusCode;
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::registry::{MetaHeader, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;

use crate::response::landing::{Landing, Notice};
use crate::response::meta::{json, text_header};
use crate::response::recovery_codes::RecoveryCodesBody;
use crate::response::session::SessionBody;
use crate::response::transport::Transport;

/// The outcome of an operation that succeeded.
pub(crate) enum Outcome {
    /// A session was opened.
    SignedIn {
        opened: OpenedSession,
        /// How the client keeps the token.
        transport: Transport,
        /// The status of the JSON answer.
        status: StatusCode,
        /// How many recovery codes are left, after a recovery.
        recovery_codes_left: Option<u32>,
        leads: Leads,
    },
    /// Something was changed or revoked. The JSON response has no body.
    Done {
        leads: Leads,
        /// Which cookies the browser is to forget.
        forgets: Forgets,
    },
    /// Recovery codes were created. They are shown once.
    RecoveryCodes {
        user: User,
        issued: IssuedCodes,
        /// Where the page with the codes leads on to.
        next: Option<String>,
    },
}

/// Where a form leads.
#[derive(Clone, Debug)]
pub(crate) struct Leads {
    /// The target that the form named.
    pub(crate) next: Option<String>,
    /// Where it leads otherwise.
    pub(crate) landing: Landing,
}

/// The cookies that a browser is to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forgets {
    Nothing,
    /// The session cookie.
    Session,
    /// The session cookie and that of trusted devices.
    SessionAndDevices,
}

/// An outcome on its way to the renderer, in the extensions of a placeholder response.
#[derive(Clone)]
pub(crate) struct Unrendered(pub(crate) Arc<Outcome>);

/// Hands an outcome to the pipeline.
fn hand_over(outcome: Outcome) -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Unrendered(Arc::new(outcome)));
    response
}

/// A session was opened; `STATUS` is that of the JSON answer.
pub(crate) struct SignedIn<const STATUS: u16> {
    opened: OpenedSession,
    transport: Transport,
    recovery_codes_left: Option<u32>,
    leads: Leads,
}

impl<const STATUS: u16> SignedIn<STATUS> {
    /// The session was opened. A form leads to `next` afterwards, or else to this landing.
    pub(crate) fn new(opened: OpenedSession, transport: Transport, next: Option<String>, landing: Landing) -> Self {
        Self { opened, transport, recovery_codes_left: None, leads: Leads { next, landing } }
    }

    /// The same after a recovery.
    pub(crate) fn with_recovery_codes_left(self, left: u32) -> Self {
        Self { recovery_codes_left: Some(left), ..self }
    }
}

impl<const STATUS: u16> IntoResponse for SignedIn<STATUS> {
    fn into_response(self) -> Response {
        let Self { opened, transport, recovery_codes_left, leads } = self;
        let status = StatusCode::from_u16(STATUS).expect("the statuses here are constants");
        hand_over(Outcome::SignedIn { opened, transport, status, recovery_codes_left, leads })
    }
}

impl<const STATUS: u16> ApiResponse for SignedIn<STATUS> {
    fn meta() -> MetaResponses {
        let session = MetaResponse {
            description: "Signed in: the session, to a client that sent JSON or accepts it",
            status: Some(STATUS),
            status_range: None,
            content: vec![json::<SessionBody>()],
            headers: vec![text_header(
                "Set-Cookie",
                "The session cookie, unless the transport is `bearer`; after it perhaps that of trusted devices",
            )],
        };
        MetaResponses { responses: vec![session, redirect_meta("Signed in: on to `next`, the app or `/`, for a form")] }
    }

    fn register(registry: &mut Registry) {
        SessionBody::register(registry);
    }
}

/// Something was changed or revoked.
pub(crate) struct Done {
    leads: Leads,
    forgets: Forgets,
}

impl Done {
    /// A form leads to the page that says so.
    pub(crate) fn new(notice: Notice, forgets: Forgets) -> Self {
        Self { leads: Leads { next: None, landing: Landing::Notice(notice) }, forgets }
    }

    /// The same, but that a form leads to `next` where it names a target.
    pub(crate) fn with_next(self, next: Option<String>) -> Self {
        Self { leads: Leads { next, ..self.leads }, ..self }
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        hand_over(Outcome::Done { leads: self.leads, forgets: self.forgets })
    }
}

impl ApiResponse for Done {
    fn meta() -> MetaResponses {
        let done = MetaResponse {
            description: "Done, to a client that sent JSON or accepts it",
            status: Some(StatusCode::NO_CONTENT.as_u16()),
            status_range: None,
            content: vec![],
            headers: vec![text_header(
                "Set-Cookie",
                "The session cookie, blanked and expired, where the session was revoked",
            )],
        };
        MetaResponses { responses: vec![done, redirect_meta("Done: on to a page, for a form")] }
    }

    fn register(_: &mut Registry) {}
}

/// Recovery codes were created.
pub(crate) struct NewRecoveryCodes {
    pub(crate) user: User,
    pub(crate) issued: IssuedCodes,
    /// Where the page with the codes leads on to.
    pub(crate) next: Option<String>,
}

impl IntoResponse for NewRecoveryCodes {
    fn into_response(self) -> Response {
        let Self { user, issued, next } = self;
        hand_over(Outcome::RecoveryCodes { user, issued, next })
    }
}

impl ApiResponse for NewRecoveryCodes {
    fn meta() -> MetaResponses {
        let codes = MetaResponse {
            description: "The codes",
            status: Some(StatusCode::OK.as_u16()),
            status_range: None,
            content: vec![json::<RecoveryCodesBody>()],
            headers: vec![],
        };
        MetaResponses { responses: vec![codes] }
    }

    fn register(registry: &mut Registry) {
        RecoveryCodesBody::register(registry);
    }
}

fn redirect_meta(description: &'static str) -> MetaResponse {
    MetaResponse {
        description,
        status: Some(StatusCode::FOUND.as_u16()),
        status_range: None,
        content: vec![],
        headers: vec![
            MetaHeader { required: true, ..text_header("Location", "Where to go") },
            text_header("Set-Cookie", "The session cookie"),
        ],
    }
}
