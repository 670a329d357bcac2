//! An HTTP client that follows no redirects, keeps no cookies and returns each response whole.

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A client of the server on one port.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    port: u16,
}

/// The content types of a body with fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Json,
    Urlencoded,
    Multipart,
}

impl Encoding {
    pub const ALL: [Self; 3] = [Self::Json, Self::Urlencoded, Self::Multipart];
}

/// A response.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Client {
    pub fn of(port: u16) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Self { http: http.build().expect("a client"), port }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("http://127.0.0.1:{}{path}", self.port))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    /// A POST with these fields.
    pub fn submit(&self, path: &str, encoding: Encoding, fields: &[(&str, &str)]) -> RequestBuilder {
        let request = self.post(path);
        match encoding {
            Encoding::Json => {
                let object: serde_json::Map<_, _> =
                    fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
                request.json(&object)
            }
            Encoding::Urlencoded => request.form(fields),
            Encoding::Multipart => {
                let form = fields.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| {
                    form.text((*name).to_owned(), (*value).to_owned())
                });
                request.multipart(form)
            }
        }
    }

    /// Signs a user up in JSON and returns the session token.
    pub async fn sign_up(&self, username: &str, password: &str) -> String {
        let fields = [("username", username), ("password", password)];
        let reply = send(self.submit("/api/signup", Encoding::Json, &fields)).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.body);
        reply.cookie_value().expect("a session cookie")
    }

    /// Logs a user in in JSON and returns the session token; `None` if the login is refused.
    pub async fn log_in(&self, username: &str, password: &str) -> Option<String> {
        let fields = [("username", username), ("password", password)];
        let reply = send(self.submit("/api/login", Encoding::Json, &fields)).await;
        (reply.status == StatusCode::OK).then(|| reply.cookie_value().expect("a session cookie"))
    }

    /// Validates a session.
    pub async fn session(&self, token: &str) -> Reply {
        send(self.get("/api/session").header("cookie", cookie(token))).await
    }

    /// Sends raw bytes and reads until the server closes the connection. The request must ask for the close.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("a connection");
        stream.write_all(bytes).await.expect("a server that listens");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }
}

/// The `Cookie` header that carries a token.
pub fn cookie(token: &str) -> String {
    format!("auth_session={token}")
}

pub async fn send(request: RequestBuilder) -> Reply {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    Reply { status, headers, body: response.text().await.expect("a text") }
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// The `Set-Cookie` header.
    pub fn set_cookie(&self) -> Option<&str> {
        self.header("set-cookie")
    }

    /// The value of the session cookie in `Set-Cookie`.
    pub fn cookie_value(&self) -> Option<String> {
        let (value, _) = self.set_cookie()?.strip_prefix("auth_session=")?.split_once(';')?;
        Some(value.to_owned())
    }

    /// Asserts that this is an error in JSON with this status, code and sentence, and that it sets no cookie.
    #[track_caller]
    pub fn assert_error(&self, status: u16, code: &str, error: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        let json = self.json();
        assert_eq!((json["code"].as_str(), json["error"].as_str()), (Some(code), Some(error)));
        let known = |key: &String| matches!(key.as_str(), "error" | "code" | "detail" | "field" | "reason" | "errors");
        assert!(json.as_object().expect("an object").keys().all(known), "{json}");
        if let Some(first) = json.get("errors").map(|errors| &errors[0]) {
            for name in ["field", "reason", "detail"] {
                assert_eq!(json[name], first[name], "the answer is about its first error: {json}");
            }
        }
        assert_eq!(self.header("content-type"), Some("application/json; charset=utf-8"));
        assert_eq!(self.set_cookie(), None);
    }

    /// Asserts a redirect to this location.
    #[track_caller]
    pub fn assert_redirect(&self, location: &str) {
        assert_eq!(self.status.as_u16(), 302, "{}", self.body);
        assert_eq!(self.header("location"), Some(location));
    }
}
