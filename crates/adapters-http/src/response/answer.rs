//! The successful answers of the API, and how they stand in the `OpenAPI` document.

use poem::http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, Response};
use poem_openapi::ApiResponse;
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaHeader, MetaMediaType, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::Type;

use crate::request::response_mode::ResponseMode;
use crate::response::wire::{RecoveryCodesBody, SessionBody};

/// A session was opened; `STATUS` is that of the JSON answer.
pub(crate) enum SignedIn<const STATUS: u16> {
    /// To whoever fills in a form: on to a page.
    Redirect { location: String, cookies: Vec<HeaderValue> },
    /// To a program: the session, with a cookie unless the client keeps the token itself.
    Session { body: Box<SessionBody>, cookies: Vec<HeaderValue> },
}

impl<const STATUS: u16> SignedIn<STATUS> {
    /// The same, telling a program how many recovery codes are left.
    pub(crate) fn with_recovery_codes_left(self, left: u32) -> Self {
        match self {
            Self::Session { body, cookies } => {
                Self::Session { body: Box::new(body.with_recovery_codes_left(left)), cookies }
            }
            Self::Redirect { .. } => self,
        }
    }
}

impl<const STATUS: u16> IntoResponse for SignedIn<STATUS> {
    fn into_response(self) -> Response {
        match self {
            Self::Redirect { location, cookies } => with_cookies(found(&location), cookies),
            Self::Session { body, cookies } => {
                let mut response = SessionAnswer(*body).into_response();
                response.set_status(StatusCode::from_u16(STATUS).expect("the statuses here are constants"));
                with_cookies(response, cookies)
            }
        }
    }
}

impl<const STATUS: u16> ApiResponse for SignedIn<STATUS> {
    fn meta() -> MetaResponses {
        let session = MetaResponse {
            description: "Signed in: the session, to a client that sent JSON or accepts it",
            status: Some(STATUS),
            headers: vec![text_header(
                "Set-Cookie",
                "The session cookie, unless the transport is `bearer`; after it perhaps that of the devices",
            )],
            ..SessionAnswer::meta_response()
        };
        MetaResponses { responses: vec![session, redirect_meta("Signed in: on to `next` or `/`, for a form")] }
    }

    fn register(registry: &mut Registry) {
        SessionBody::register(registry);
    }
}

/// Enough for most sessions, so that the JSON of one is not moved while it is written.
const USUAL_BYTES: usize = 320;

/// New recovery codes, which are shown once.
pub(crate) enum Issued {
    /// To a program.
    Json(Json<RecoveryCodesBody>),
    /// To a person.
    Page(Response),
}

impl IntoResponse for Issued {
    fn into_response(self) -> Response {
        match self {
            Self::Json(body) => body.into_response(),
            Self::Page(page) => page,
        }
    }
}

impl ApiResponse for Issued {
    fn meta() -> MetaResponses {
        let codes = MetaResponse {
            description: "The codes; as a page, to a client that accepts one",
            status: Some(StatusCode::OK.as_u16()),
            status_range: None,
            content: vec![
                MetaMediaType {
                    content_type: Json::<RecoveryCodesBody>::CONTENT_TYPE,
                    schema: Json::<RecoveryCodesBody>::schema_ref(),
                },
                MetaMediaType { content_type: "text/html; charset=utf-8", schema: String::schema_ref() },
            ],
            headers: vec![],
        };
        MetaResponses { responses: vec![codes] }
    }

    fn register(registry: &mut Registry) {
        RecoveryCodesBody::register(registry);
    }
}

/// The session, to whoever asked for it.
pub(crate) struct SessionAnswer(pub(crate) SessionBody);

impl SessionAnswer {
    fn meta_response() -> MetaResponse {
        MetaResponse {
            description: "The session",
            status: Some(StatusCode::OK.as_u16()),
            status_range: None,
            content: vec![MetaMediaType {
                content_type: Json::<SessionBody>::CONTENT_TYPE,
                schema: Json::<SessionBody>::schema_ref(),
            }],
            headers: vec![],
        }
    }
}

impl IntoResponse for SessionAnswer {
    fn into_response(self) -> Response {
        let mut json = Vec::with_capacity(USUAL_BYTES);
        serde_json::to_writer(&mut json, &self.0).expect("texts and booleans are JSON");
        let content_type = HeaderValue::from_static(Json::<SessionBody>::CONTENT_TYPE);
        Response::builder().header(header::CONTENT_TYPE, content_type).body(json)
    }
}

impl ApiResponse for SessionAnswer {
    fn meta() -> MetaResponses {
        MetaResponses { responses: vec![Self::meta_response()] }
    }

    fn register(registry: &mut Registry) {
        SessionBody::register(registry);
    }
}

/// Something was changed or ended, and there is nothing more to say about it.
pub(crate) struct Done {
    /// Where whoever pressed a button goes; `None` for a program, which is told no more.
    redirect: Option<&'static str>,
    /// The blanked cookies, where the session that the request came with is over.
    cookies: Vec<HeaderValue>,
}

impl Done {
    /// The answer in the way that the client wants; `location` is where a form goes.
    pub(crate) fn new(
        wants: ResponseMode,
        location: &'static str,
        cookies: impl IntoIterator<Item = HeaderValue>,
    ) -> Self {
        let redirect = match wants {
            ResponseMode::Json => None,
            ResponseMode::Page | ResponseMode::FormFetch => Some(location),
        };
        Self { redirect, cookies: cookies.into_iter().collect() }
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let response = self.redirect.map_or_else(|| StatusCode::NO_CONTENT.into_response(), found);
        with_cookies(response, self.cookies)
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
                "The session cookie, blanked and expired, where the session ended",
            )],
        };
        MetaResponses { responses: vec![done, redirect_meta("Done: on to a page, for a form")] }
    }

    fn register(_: &mut Registry) {}
}

/// A 302 to a place that is known to be good.
pub(crate) fn found(location: &str) -> Response {
    let location = HeaderValue::try_from(location).expect("locations are written by this server in ASCII");
    Response::builder().status(StatusCode::FOUND).header(header::LOCATION, location).finish()
}

fn with_cookies(mut response: Response, cookies: Vec<HeaderValue>) -> Response {
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
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

pub(crate) fn text_header(name: &str, description: &str) -> MetaHeader {
    MetaHeader {
        name: name.into(),
        description: Some(description.into()),
        required: false,
        deprecated: false,
        schema: String::schema_ref(),
    }
}
