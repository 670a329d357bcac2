//! `GET /api/verify`: tells a reverse proxy in front of another app who is signed in, for nginx's `auth_request`, Caddy's
//! `forward_auth` and Traefik's `ForwardAuth`.

use std::sync::Arc;

use doorward_app::ValidSession;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use poem::http::{HeaderName, HeaderValue, StatusCode};
use poem::{IntoResponse, Request, Response};
use poem_openapi::registry::{MetaResponse, MetaResponses, Registry};
use poem_openapi::{ApiResponse, OpenApi};
use url::Url;

use super::tag::Tag;
use crate::context::Context;
use crate::request::client;
use crate::request::credential::Credential;
use crate::request::response_mode::ResponseMode;
use crate::response::meta::{found, text_header};
use crate::response::problem::{Problem, ProblemKind};

pub(crate) struct VerifyApi(pub(crate) Arc<Context>);

#[OpenApi]
impl VerifyApi {
    /// Verify for a proxy
    ///
    /// Tells who is signed in, in headers that a reverse proxy can hand on. Without a session, a browser that asks for a page
    /// through a trusted proxy that says which one is sent to the sign-in page, and comes back afterwards.
    #[oai(path = "/api/verify", method = "get", operation_id = "verify", tag = "Tag::Sessions")]
    async fn verify(&self, request: &Request, credential: Credential<'_>) -> Result<Verified, Problem> {
        verify(&self.0, request, credential).await
    }
}

/// The path, which the pipeline answers without the router (ADR 0017).
pub(crate) const PATH: &str = "/api/verify";

/// Validates the session that a credential proves, for a proxy.
pub(crate) async fn verify(
    context: &Context,
    request: &Request,
    credential: Credential<'_>,
) -> Result<Verified, Problem> {
    if let Some(signed_in) = context.session_behind_proxy(credential).await? {
        return Ok(Verified::SignedIn(Box::new(signed_in)));
    }
    let settings = &context.settings;
    match client::forwarded_url(request, &settings.trusted_proxies) {
        Some(url) if is_navigation(request) => {
            let mut sign_in = settings.public_origin.url();
            sign_in.set_path("/login");
            if let Some(next) = context.return_target(url.as_str()) {
                sign_in.query_pairs_mut().append_pair("next", &next);
            }
            Ok(Verified::SignIn(sign_in))
        }
        _ => Err(Problem::new(ProblemKind::Unauthenticated)),
    }
}

/// Whether a browser requests a page, not a subresource.
fn is_navigation(request: &Request) -> bool {
    let mut modes = request.headers().get_all("sec-fetch-mode").iter();
    ResponseMode::of(request) == ResponseMode::Page && modes.all(|mode| mode == "navigate")
}

/// The response to a proxy.
pub(crate) enum Verified {
    /// The session is valid.
    SignedIn(Box<ValidSession>),
    /// A redirect to the sign-in page.
    SignIn(Url),
}

const USER_ID: HeaderName = HeaderName::from_static("x-auth-user-id");
const USERNAME: HeaderName = HeaderName::from_static("x-auth-username");

impl IntoResponse for Verified {
    fn into_response(self) -> Response {
        match self {
            Self::SignedIn(signed_in) => {
                let mut response = StatusCode::OK.into_response();
                let headers = response.headers_mut();
                headers.insert(USER_ID, user_id_text(signed_in.user.id.as_str()));
                headers.insert(USERNAME, username_text(signed_in.user.username.as_str()));
                response
            }
            Self::SignIn(url) => found(url.as_str()),
        }
    }
}

/// An id as it is: every id is printable ASCII. Anything else that a store holds is percent-encoded.
fn user_id_text(id: &str) -> HeaderValue {
    header_value(utf8_percent_encode(id, CONTROLS).to_string())
}

/// A username as printable ASCII, with other characters as percent-encoded UTF-8. The percent sign is encoded, too, so that
/// decoding is unambiguous, and so are spaces at the ends, which recipients drop (RFC 9110, 5.5).
fn username_text(name: &str) -> HeaderValue {
    const ENCODED: &AsciiSet = &CONTROLS.add(b'%');
    const WITH_SPACE: &AsciiSet = &ENCODED.add(b' ');
    let start = name.len() - name.trim_start_matches(' ').len();
    let end = name.trim_end_matches(' ').len().max(start);
    let encoded = |part, set| utf8_percent_encode(part, set).to_string();
    let ends = [&name[..start], &name[end..]].map(|part| encoded(part, WITH_SPACE));
    header_value(format!("{}{}{}", ends[0], encoded(&name[start..end], ENCODED), ends[1]))
}

fn header_value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("printable ASCII is a header value")
}

impl ApiResponse for Verified {
    fn meta() -> MetaResponses {
        let answer = |status: StatusCode, description, headers| MetaResponse {
            description,
            status: Some(status.as_u16()),
            status_range: None,
            content: vec![],
            headers,
        };
        MetaResponses {
            responses: vec![
                answer(
                    StatusCode::OK,
                    "Signed in",
                    vec![
                        text_header("X-Auth-User-Id", "What names the user for ever"),
                        text_header(
                            "X-Auth-Username",
                            "The name they chose; what is not printable ASCII, `%`, and spaces at the ends, percent-encoded",
                        ),
                    ],
                ),
                answer(
                    StatusCode::FOUND,
                    "Not signed in: on to the sign-in page, for a person behind a trusted proxy",
                    vec![text_header("Location", "Where to go")],
                ),
            ],
        }
    }

    fn register(_: &mut Registry) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_in_a_header_is_printable_ascii_and_decodes_again() {
        for (name, written) in [
            ("Alice B. <o'neil>", "Alice B. <o'neil>"),
            ("Ἀλέξ", "%E1%BC%88%CE%BB%CE%AD%CE%BE"),
            ("al%69ce", "al%2569ce"),
            ("a\r\nb", "a%0D%0Ab"),
            ("tab\tname", "tab%09name"),
            ("  Al ice ", "%20%20Al ice%20"),
            ("  ", "%20%20"),
        ] {
            assert_eq!(username_text(name), written);
            assert_eq!(percent_encoding::percent_decode_str(written).decode_utf8().expect("UTF-8"), name);
        }
    }

    #[test]
    fn a_user_id_in_a_header_is_the_id_itself() {
        for id in ["larz8rga34yycgj", "auth0|5f7c", "a/b?c#d%20", "..x"] {
            assert_eq!(user_id_text(id), id);
        }
        assert_eq!(user_id_text("é\n"), "%C3%A9%0A", "no stored text makes this panic");
    }
}
