//! The front of the house: what happens to every request before it is routed and to every answer before it leaves.
//! Whatever went wrong inside comes out here as a problem in the words of the contract, in the way the client asked for.

mod cors;
pub(crate) mod cross_origin;
mod head;
mod security_headers;

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use futures_util::FutureExt;
use poem::endpoint::BoxEndpoint;
use poem::error::{MethodNotAllowedError, NotFoundError};
use poem::http::{HeaderName, HeaderValue, Method, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use poem_openapi::payload::Json;
use tracing::{Instrument, Level, Span};

use crate::api::{sessions, verify};
use crate::audit::{Audit, AuditEvent};
use crate::context::Context;
use crate::pages::Pages;
use crate::pipeline::security_headers::SecurityHeaders;
use crate::request::credential::Credential;
use crate::request::response_mode::ResponseMode;
use crate::request::{body as submission, client};
use crate::response::download;
use crate::response::problem::{Problem, ProblemBody, ProblemKind};
use crate::route_table::RouteTable;
use crate::settings::HttpSettings;
use crate::texts::Language;

/// Names the request whose cause is in the log, where an answer says no more than that something went wrong.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of a request: the process and a number.
#[derive(Clone, Copy)]
struct RequestId<'a>(&'a str, u64);

impl fmt::Display for RequestId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.1)
    }
}

/// The whole server as one endpoint: what is routed, and the front before it.
pub struct Pipeline {
    inner: BoxEndpoint<'static, Response>,
    context: Arc<Context>,
    pages: Arc<Pages>,
    methods: RouteTable,
    security_headers: SecurityHeaders,
    requests: AtomicU64,
}

impl Pipeline {
    pub(crate) fn new(
        inner: BoxEndpoint<'static, Response>,
        context: Arc<Context>,
        pages: Arc<Pages>,
        methods: RouteTable,
    ) -> Self {
        let security_headers = SecurityHeaders::new(&context.settings);
        Self { inner, context, pages, methods, security_headers, requests: AtomicU64::new(0) }
    }

    /// A name for a request, in the log and in its answer, that no other request of any process has.
    fn next_request_id(&self) -> RequestId<'_> {
        RequestId(&self.context.settings.instance, self.requests.fetch_add(1, Ordering::Relaxed))
    }

    /// The checks that need no more than a request's head, then the request itself.
    async fn admit(&self, mut request: Request) -> Result<Response, Problem> {
        let settings = &self.context.settings;
        if let Err(problem) = check_head(&request, settings) {
            submission::discard_body(&mut request).await;
            return Err(problem);
        }
        if cors::is_preflight(&request) && cross_origin::trusted_origin(&request, settings).is_some() {
            return Ok(cors::preflight());
        }
        if let Some(answer) = self.answer_at_once(&request).await {
            return answer;
        }
        self.inner.call(request).await.map_err(problem_of)
    }

    /// The answer to the two questions that are asked all day, which need no router to find it.
    async fn answer_at_once(&self, request: &Request) -> Option<Result<Response, Problem>> {
        if *request.method() != Method::GET {
            return None;
        }
        let credential = Credential::of(request);
        match request.uri().path() {
            sessions::PRESENT_PATH => {
                let session = sessions::present(&self.context, credential).await;
                Some(session.map(IntoResponse::into_response))
            }
            verify::PATH => {
                let verified = verify::verify(&self.context, request, credential).await;
                Some(verified.map(IntoResponse::into_response))
            }
            _ => None,
        }
    }

    fn render(
        &self,
        problem: &Problem,
        wants: ResponseMode,
        language: Language,
        path: &str,
        request_id: RequestId<'_>,
    ) -> Response {
        let request_id = request_id.to_string();
        let mut response = if wants == ResponseMode::Page && !problem.json_only {
            self.pages.problem(problem, &request_id, language)
        } else {
            Json(ProblemBody::from(problem)).into_response()
        };
        response.set_status(problem.kind.status());
        let headers = response.headers_mut();
        headers.extend(problem.retry_after.map(|seconds| (header::RETRY_AFTER, seconds.into())));
        if problem.hangs_up {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        match problem.kind {
            ProblemKind::MethodNotAllowed => {
                let allow = HeaderValue::try_from(self.methods.allow(path)).expect("methods are ASCII");
                headers.insert(header::ALLOW, allow);
            }
            // What is left of the body is not worth waiting for.
            ProblemKind::PayloadTooLarge | ProblemKind::RequestTimeout => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            ProblemKind::Unknown => {
                headers.insert(REQUEST_ID, HeaderValue::try_from(request_id).expect("a request id is ASCII"));
            }
            ProblemKind::Unauthenticated => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

impl Endpoint for Pipeline {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let (settings, metrics, began) = (&self.context.settings, &self.context.metrics, Instant::now());
        let request_id = self.next_request_id();
        let wants = ResponseMode::of(&request);
        let language =
            if wants == ResponseMode::Page { self.pages.language(request.headers()) } else { Language::English };
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let path = uri.path();
        let route = metrics.route(&method, path);
        let asks_first = request.headers().contains_key(header::EXPECT);
        let trusted_origin = cross_origin::trusted_origin(&request, settings).cloned();
        let address = client::address(&request, &settings.trusted_proxies);
        let describe = || {
            tracing::error_span!(
                "request",
                id = %request_id,
                method = %method,
                path = ?path,
                address = address.map(tracing::field::display),
            )
        };
        // A span writes down what it has when it begins. Where nothing is expected to be logged, that is left until
        // something is: most requests only ask who somebody is.
        let expects_events =
            !cross_origin::is_safe(&method) || path == download::PATH || tracing::enabled!(Level::DEBUG);
        let span = if expects_events { describe() } else { Span::none() };

        let mut response = async {
            let outcome = AssertUnwindSafe(self.admit(request)).catch_unwind().await.unwrap_or_else(|panic| {
                Err(Problem::new(ProblemKind::Unknown).caused_by(format!("a panic: {}", panic_message(&*panic))))
            });
            let response = outcome.unwrap_or_else(|problem| {
                metrics.count_problem(problem.kind);
                if expects_events {
                    log(&problem, &metrics.audit);
                } else {
                    describe().in_scope(|| log(&problem, &metrics.audit));
                }
                // Whoever is refused before it was told to send its body may send it or not, so that nobody could say
                // what the next bytes are.
                let problem = if asks_first { problem.hang_up() } else { problem };
                self.render(&problem, wants, language, path, request_id)
            });
            tracing::debug!(status = response.status().as_u16(), "answered");
            response
        }
        .instrument(span)
        .await;

        let headers = response.headers_mut();
        self.security_headers.add(headers);
        if let Some(origin) = trusted_origin {
            cors::allow(&origin, headers);
        }
        route.answered(response.status(), began.elapsed());
        Ok(response)
    }
}

fn check_head(request: &Request, settings: &HttpSettings) -> Result<(), Problem> {
    head::check(request)?;
    if !cross_origin::is_safe(request.method()) {
        submission::check_head(request.headers())?;
    }
    cross_origin::check(request, settings)
}

/// Turns an error on its way through Poem into a problem: our own back into itself, Poem's by their kind. Poem's texts
/// quote causes, so none gets further than the log.
fn problem_of(error: poem::Error) -> Problem {
    if error.is::<NotFoundError>() {
        return Problem::new(ProblemKind::NotFound);
    }
    if error.is::<MethodNotAllowedError>() {
        return Problem::new(ProblemKind::MethodNotAllowed);
    }
    let status = error.status();
    error.downcast::<Problem>().unwrap_or_else(|error| {
        let kind = if status.is_client_error() { ProblemKind::MalformedRequest } else { ProblemKind::Unknown };
        Problem::new(kind).caused_by(error.to_string())
    })
}

/// Logs a problem once, with all that is known of its cause.
pub(crate) fn log(problem: &Problem, audit: &Audit) {
    let code = problem.kind.code();
    let chain = std::iter::successors(std::error::Error::source(problem), |error| error.source());
    let cause = chain.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    match problem.kind {
        ProblemKind::Unknown => tracing::error!(code, cause, "failed"),
        ProblemKind::Unavailable | ProblemKind::Overloaded => tracing::warn!(code, cause, "refused"),
        ProblemKind::TooManyAttempts => audit.note(AuditEvent::TooManyAttempts, None),
        ProblemKind::CrossOrigin => {
            audit.note(AuditEvent::CrossOrigin, None);
            tracing::info!(code, cause, "refused");
        }
        _ => tracing::debug!(code, cause, "refused"),
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use doorward_app::{
        ChangePassword, DeleteAccount, DownloadData, IssueRecoveryCodes, ListSessions, LogIn, LogOut, PasswordCheck,
        RecoverAccount, RevokeSessions, SessionMint, SignUp, SignUpPolicy, Throttle, ValidateSession,
    };
    use doorward_domain::ports::{
        HasherError, MockAccountRecords, MockClock, MockLoginThrottle, MockPasswordHasher, MockRecoveryStore,
        MockSessionStore, MockStoreProbe, MockTokenGenerator, MockUserStore, StoreError,
    };
    use doorward_domain::{PasswordPolicy, SessionPolicy, SessionToken, TokenHash, UsernamePolicy};
    use poem::http::Method;
    use prometheus_client::registry::Registry;

    use super::*;
    use crate::context::Services;
    use crate::routes;
    use crate::settings::CookieSettings;
    use crate::site::Site;

    const CAUSE: &str = "what only the log may say";

    /// What is behind the front: every port, each failing in its own way.
    fn broken_server() -> impl Endpoint<Output = Response> {
        let unavailable = || StoreError::Unavailable(CAUSE.into());
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(move |_| Err(unavailable()));
        let mut sessions = MockSessionStore::new();
        sessions.expect_find().returning(|_| panic!("{CAUSE}"));
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_| Err(HasherError::Overloaded));
        let mut tokens = MockTokenGenerator::new();
        tokens.expect_digest().returning(|_| TokenHash::restore([0; 32]));
        let mut store = MockStoreProbe::new();
        store.expect_ping().returning(move || Err(unavailable()));

        let policy =
            SignUpPolicy { open: true, usernames: UsernamePolicy::Unicode, passwords: PasswordPolicy::DEFAULT };
        let (users, sessions, hasher) = (Arc::new(users), Arc::new(sessions), Arc::new(hasher));
        let recovery = Arc::new(MockRecoveryStore::new());
        let (tokens, clock) = (Arc::new(tokens), Arc::new(MockClock::new()));
        let sessions_policy = SessionPolicy { active: Duration::from_secs(1), ..SessionPolicy::DEFAULT };
        let mint = Arc::new(SessionMint::new(tokens.clone(), clock.clone(), sessions_policy));
        let throttle = Arc::new(Throttle::new(Arc::new(MockLoginThrottle::new()), tokens.clone(), clock.clone(), None));
        let passwords = Arc::new(PasswordCheck::new(users.clone(), hasher.clone(), throttle.clone()));
        let services = Services {
            sign_up: SignUp::new(users.clone(), hasher.clone(), throttle.clone(), mint.clone(), policy),
            log_in: LogIn::new(passwords.clone(), sessions.clone(), mint.clone()),
            log_out: LogOut::new(sessions.clone(), tokens.clone()),
            list_sessions: ListSessions::new(sessions.clone(), clock.clone(), sessions_policy),
            revoke_sessions: RevokeSessions::new(sessions.clone()),
            change_password: ChangePassword::new(passwords.clone(), users.clone(), mint.clone(), policy.passwords),
            issue_recovery_codes: IssueRecoveryCodes::new(
                passwords.clone(),
                users.clone(),
                recovery.clone(),
                tokens.clone(),
                mint.clone(),
            ),
            recover_account: RecoverAccount::new(
                users.clone(),
                recovery,
                hasher,
                throttle.clone(),
                tokens.clone(),
                mint,
                policy.passwords,
            ),
            delete_account: DeleteAccount::new(passwords, users),
            download_data: DownloadData::new(Arc::new(MockAccountRecords::new()), clock.clone(), sessions_policy),
            throttle,
            validate_session: ValidateSession::new(sessions, tokens, clock, sessions_policy),
            store: Arc::new(store),
        };
        let settings = HttpSettings {
            public_origin: "http://localhost:8080".parse().expect("an origin"),
            cookie: CookieSettings { name: "auth_session".into(), domain: None },
            trusted_origins: vec![],
            return_origins: vec![],
            trusted_proxies: vec![],
            sign_up: policy,
            site: Site::default(),
            language: None,
            instance: "test".into(),
        };
        routes::endpoint(services, settings, &mut Registry::default())
    }

    async fn answer(method: Method, path: &str, accept: &str) -> (u16, Response, String) {
        let token = "t".repeat(SessionToken::CHARS);
        let request = Request::builder()
            .method(method)
            .uri(path.parse().expect("a path"))
            .header(header::HOST, "localhost")
            .header(header::ACCEPT, accept)
            .header(header::COOKIE, format!("auth_session={token}"))
            .content_type("application/json")
            .body(r#"{"username": "alice", "password": "correct horse"}"#);
        let mut response = broken_server().get_response(request).await;
        let body = response.take_body().into_string().await.expect("UTF-8");
        assert!(!body.contains(CAUSE), "{body}");
        (response.status().as_u16(), response, body)
    }

    #[tokio::test]
    async fn a_store_that_is_away_is_503_unavailable() {
        for (method, path) in [(Method::POST, "/api/login"), (Method::GET, "/health/ready")] {
            let (status, _, body) = answer(method, path, "*/*").await;
            assert_eq!(
                (status, body.as_str()),
                (503, r#"{"code":"unavailable","error":"Store unavailable"}"#),
                "{path}"
            );
        }
        let (status, _, body) = answer(Method::POST, "/api/login", "text/html").await;
        assert!(status == 503 && body.contains("<h1>Store unavailable</h1>"), "{body}");
    }

    #[tokio::test]
    async fn a_full_hash_queue_is_503_overloaded_and_says_when_to_come_back() {
        let (status, response, body) = answer(Method::POST, "/api/signup", "*/*").await;
        assert_eq!((status, body.as_str()), (503, r#"{"code":"overloaded","error":"Server is busy"}"#));
        assert_eq!(response.header(header::RETRY_AFTER), Some("5"));
    }

    #[tokio::test]
    async fn a_panic_is_an_unknown_error_and_no_broken_connection() {
        let (status, response, body) = answer(Method::GET, "/api/session", "*/*").await;
        assert_eq!((status, body.as_str()), (500, r#"{"code":"unknown","error":"An unknown error occurred"}"#));
        let request_id = response.header(REQUEST_ID).expect("a number to tell").to_owned();
        assert!(request_id.starts_with("test-"), "{request_id}");
        let (status, _, body) = answer(Method::GET, "/", "text/html").await;
        assert!(status == 500 && body.contains("<h1>An unknown error occurred</h1>"), "{body}");
    }

    #[tokio::test]
    async fn a_server_whose_store_is_away_is_still_alive() {
        let (status, _, body) = answer(Method::GET, "/health/live", "*/*").await;
        assert_eq!((status, body.as_str()), (200, r#"{"status":"ok"}"#));
    }
}
