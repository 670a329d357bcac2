//! The operations, the pages and their files, put together into one endpoint.

use std::sync::Arc;

use doorward_app::UseCases;
use poem::http::Method;
use poem::{EndpointExt, IntoEndpoint};
use poem_openapi::{LicenseObject, OpenApi, OpenApiService};
use prometheus_client::registry::Registry;

use crate::admin;
use crate::api::change_password::ChangePasswordApi;
use crate::api::change_username::ChangeUsernameApi;
use crate::api::config::ConfigApi;
use crate::api::delete_account::DeleteAccountApi;
use crate::api::download_data::DownloadDataApi;
use crate::api::get_session::GetSessionApi;
use crate::api::health::HealthApi;
use crate::api::list_sessions::ListSessionsApi;
use crate::api::log_in::LogInApi;
use crate::api::log_out::LogOutApi;
use crate::api::recover_account::RecoverAccountApi;
use crate::api::recovery_codes::RecoveryCodesApi;
use crate::api::reset_password::ResetPasswordApi;
use crate::api::revoke_other_sessions::RevokeOtherSessionsApi;
use crate::api::revoke_session::RevokeSessionApi;
use crate::api::sign_up::SignUpApi;
use crate::api::verify::VerifyApi;
use crate::context::Context;
use crate::metrics::HttpMetrics;
use crate::pages::{self, Pages};
use crate::pipeline::Pipeline;
use crate::route_table::RouteTable;
use crate::settings::HttpSettings;

type AccountsApi =
    (SignUpApi, LogInApi, LogOutApi, ChangePasswordApi, ChangeUsernameApi, DownloadDataApi, DeleteAccountApi);
type RecoveryApi = (RecoveryCodesApi, RecoverAccountApi, ResetPasswordApi);
type SessionsApi = (GetSessionApi, ListSessionsApi, RevokeSessionApi, RevokeOtherSessionsApi, VerifyApi);
type Api = (AccountsApi, RecoveryApi, SessionsApi, ConfigApi, HealthApi);

fn api(context: &Arc<Context>) -> OpenApiService<Api, ()> {
    let server = context.settings.public_origin.to_string();
    let context = || Arc::clone(context);
    let accounts = (
        SignUpApi(context()),
        LogInApi(context()),
        LogOutApi(context()),
        ChangePasswordApi(context()),
        ChangeUsernameApi(context()),
        DownloadDataApi(context()),
        DeleteAccountApi(context()),
    );
    let recovery = (RecoveryCodesApi(context()), RecoverAccountApi(context()), ResetPasswordApi(context()));
    let sessions = (
        GetSessionApi(context()),
        ListSessionsApi(context()),
        RevokeSessionApi(context()),
        RevokeOtherSessionsApi(context()),
        VerifyApi(context()),
    );
    let api = (accounts, recovery, sessions, ConfigApi(context()), HealthApi(context()));
    OpenApiService::new(api, "Doorward", env!("CARGO_PKG_VERSION"))
        .description("Sign-in with username and password.")
        .license(LicenseObject::new("MIT"))
        .server(server)
}

/// The whole server as one endpoint. Its counters are registered in `registry`.
#[must_use]
pub fn endpoint(use_cases: UseCases, settings: HttpSettings, registry: &mut Registry) -> Pipeline {
    let metrics = Arc::new(HttpMetrics::new(paths(), admin::paths()));
    registry.register_collector(Box::new(Arc::clone(&metrics)));
    let context = Arc::new(Context::new(use_cases, settings, metrics));
    let pages = Arc::new(Pages::new(&context.settings));
    let api = api(&context);
    let spec: Arc<str> = api.spec().into();
    let api = Arc::new(api.into_endpoint());
    let routes =
        pages::routes(&context, &pages, &spec).nest_no_strip("/api", Arc::clone(&api)).nest_no_strip("/health", api);
    let routes = routes.data(Arc::clone(&context)).map_to_response().boxed();
    Pipeline::new(routes, context, pages, RouteTable::new(paths()))
}

/// The methods of every path.
fn paths() -> impl Iterator<Item = (String, Vec<Method>)> {
    let operations = Api::meta().into_iter().flat_map(|api| api.paths).map(|path| {
        let methods = path.operations.iter().map(|operation| operation.method.clone()).collect();
        (path.path, methods)
    });
    let pages = pages::PATHS.into_iter().map(|path| (path.to_owned(), vec![Method::GET]));
    operations.chain(pages)
}

#[cfg(test)]
mod tests {
    use doorward_app::{Admin, Policies, Ports, SignUpPolicy, UseCases};
    use doorward_domain::ports::{
        HasherError, MockAccountRecords, MockClock, MockLinkStore, MockLoginThrottle, MockPasswordHasher,
        MockRecoveryStore, MockSessionStore, MockStoreProbe, MockTokenGenerator, MockUserStore, StoreError,
    };
    use doorward_domain::{SessionPolicy, SessionToken, TokenHash};
    use poem::http::header;
    use poem::{Endpoint, Request, Response};

    use super::*;
    use crate::admin::{AdminServices, AdminTokens};
    use crate::settings::CookieSettings;
    use crate::site::Site;

    const CAUSE: &str = "a cause for the log only";

    /// Ports that all fail, each in another way.
    fn broken_ports() -> Ports {
        let unavailable = || StoreError::Unavailable(CAUSE.into());
        let mut users = MockUserStore::new();
        users.expect_find_by_key().returning(move |_| Err(unavailable()));
        users.expect_find_user().returning(|_| panic!("{CAUSE}"));
        let mut sessions = MockSessionStore::new();
        sessions.expect_find().returning(|_| panic!("{CAUSE}"));
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_hash().returning(|_, _| Err(HasherError::Overloaded));
        let mut tokens = MockTokenGenerator::new();
        tokens.expect_digest().returning(|_| TokenHash::restore([0; 32]));
        let mut store = MockStoreProbe::new();
        store.expect_ping().returning(move || Err(unavailable()));

        Ports {
            users: Arc::new(users),
            sessions: Arc::new(sessions),
            links: Arc::new(MockLinkStore::new()),
            recovery: Arc::new(MockRecoveryStore::new()),
            records: Arc::new(MockAccountRecords::new()),
            throttle: Arc::new(MockLoginThrottle::new()),
            store: Arc::new(store),
            hasher: Arc::new(hasher),
            tokens: Arc::new(tokens),
            clock: Arc::new(MockClock::new()),
        }
    }

    fn policies() -> Policies {
        Policies { sessions: SessionPolicy::DEFAULT, sign_up: SignUpPolicy::default(), throttle: None }
    }

    fn broken_server() -> Pipeline {
        let policies = policies();
        let settings = HttpSettings {
            public_origin: "http://localhost:8080".parse().expect("an origin"),
            hsts_subdomains: false,
            app: None,
            cookie: CookieSettings { name: "auth_session".into(), domain: None },
            trusted_origins: vec![],
            return_origins: vec![],
            trusted_proxies: vec![],
            sign_up: policies.sign_up.clone(),
            site: Site::default(),
            language: None,
            instance: "test".into(),
        };
        endpoint(UseCases::new(&broken_ports(), &policies), settings, &mut Registry::default())
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
    async fn an_unavailable_store_is_503_unavailable() {
        for (method, path) in [(Method::POST, "/api/login"), (Method::GET, "/health/ready")] {
            let (status, _, body) = answer(method, path, "*/*").await;
            assert_eq!(
                (status, body.as_str()),
                (503, r#"{"code":"unavailable","error":"Store unavailable"}"#),
                "{path}"
            );
        }
        let (status, _, body) = answer(Method::POST, "/api/login", "text/html").await;
        assert!(status == 503 && body.contains("<h1>We&#39;ll be right back</h1>"), "{body}");
    }

    #[tokio::test]
    async fn a_full_hash_queue_is_503_overloaded_with_retry_after() {
        let (status, response, body) = answer(Method::POST, "/api/signup", "*/*").await;
        assert_eq!((status, body.as_str()), (503, r#"{"code":"overloaded","error":"Server is busy"}"#));
        assert_eq!(response.header(header::RETRY_AFTER), Some("5"));
    }

    #[tokio::test]
    async fn a_panic_is_answered_as_an_unknown_error() {
        let (status, response, body) = answer(Method::GET, "/api/session", "*/*").await;
        assert_eq!((status, body.as_str()), (500, r#"{"code":"unknown","error":"An unknown error occurred"}"#));
        let request_id = response.header("x-request-id").expect("a number to tell").to_owned();
        assert!(request_id.starts_with("test-"), "{request_id}");
        let (status, _, body) = answer(Method::GET, "/", "text/html").await;
        assert!(status == 500 && body.contains("<h1>Something went wrong</h1>"), "{body}");
    }

    struct AnyToken;

    impl AdminTokens for AnyToken {
        fn name_of(&self, token: &str) -> Option<Arc<str>> {
            Some(token.into())
        }
    }

    #[tokio::test]
    async fn a_panic_in_the_admin_api_is_answered_as_an_unknown_error() {
        let services = AdminServices {
            admin: Admin::new(&broken_ports(), &policies()),
            clock: Arc::new(MockClock::new()),
            sessions: SessionPolicy::DEFAULT,
            tokens: Arc::new(AnyToken),
        };
        let admin = admin::endpoint(services, &broken_server());
        let mut ids = Vec::new();
        for _ in 0..2 {
            let request = Request::builder()
                .uri("/admin/users/larz8rga34yycgj".parse().expect("a path"))
                .header(header::HOST, "localhost")
                .header(header::AUTHORIZATION, "Bearer backend");
            let mut response = admin.get_response(request.finish()).await;
            let body = response.take_body().into_string().await.expect("UTF-8");
            assert_eq!(response.status().as_u16(), 500);
            assert_eq!(body, r#"{"code":"unknown","error":"An unknown error occurred"}"#);
            ids.push(response.header("x-request-id").expect("a number to tell").to_owned());
        }
        assert!(ids[0].starts_with("test-") && ids[0] != ids[1], "{ids:?}");
    }

    #[tokio::test]
    async fn a_server_with_an_unavailable_store_is_alive() {
        let (status, _, body) = answer(Method::GET, "/health/live", "*/*").await;
        assert_eq!((status, body.as_str()), (200, r#"{"status":"ok"}"#));
    }
}
