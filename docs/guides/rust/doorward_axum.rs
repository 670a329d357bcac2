use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect};
use header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE, USER_AGENT};

const HANDED_ON: [HeaderName; 6] = [COOKIE, USER_AGENT, ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, ORIGIN];
const UNAVAILABLE: (StatusCode, &str) = (StatusCode::SERVICE_UNAVAILABLE, "Something went wrong. Try again soon.");

/// What `GET /api/session` answers. Handlers of protected pages take it as `Extension<Session>`.
#[derive(Clone)]
pub(crate) struct Session(pub(crate) serde_json::Value);

#[derive(Clone)]
pub(crate) struct Doorward {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
}

impl Doorward {
    fn ask(&self, method: Method, path: &str, of: &HeaderMap, from: SocketAddr) -> reqwest::RequestBuilder {
        let kept = HANDED_ON.into_iter().filter_map(|name| Some((name.clone(), of.get(&name)?.clone())));
        let request = self.http.request(method, format!("{}{path}", self.url)).headers(kept.collect());
        request.header("x-forwarded-for", from.ip().to_string()).timeout(Duration::from_secs(2))
    }
}

type Client = State<Doorward>;
type From = ConnectInfo<SocketAddr>;

/// For protected pages: asks once for each request, and sends strangers to sign in.
pub(crate) async fn signed_in(doorward: Client, from: From, mut of: Request, next: Next) -> Response<Body> {
    let sign_in = Redirect::to(&format!("/login?next={}", of.uri().path()));
    let cookies = of.headers().get(COOKIE).map_or(&[][..], HeaderValue::as_bytes);
    if !String::from_utf8_lossy(cookies).contains("auth_session=") {
        return sign_in.into_response();
    }
    let answer = match doorward.ask(Method::GET, "/api/session", of.headers(), from.0).send().await {
        Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => return sign_in.into_response(),
        Ok(answer) if answer.status() == StatusCode::OK => answer,
        _ => return UNAVAILABLE.into_response(),
    };
    let cookies: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().cloned().collect();
    let Ok(session) = answer.json().await else { return UNAVAILABLE.into_response() };
    of.extensions_mut().insert(Session(session));
    let mut response = next.run(of).await;
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Doorward's pages and API under the app's address.
pub(crate) async fn forward(doorward: Client, from: From, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let Ok(body) = to_bytes(body, 64 * 1024).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let ask = doorward.ask(head.method, path, &head.headers, from.0).body(body);
    match ask.timeout(Duration::from_secs(10)).send().await {
        Ok(answer) => Response::from(answer).map(Body::new),
        Err(_) => UNAVAILABLE.into_response(),
    }
}
