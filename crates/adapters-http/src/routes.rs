//! What is where: the operations, the pages and their files, put together into one endpoint.

use std::sync::Arc;

use doorward_app::{LogIn, LogOut, SignUp, ValidSession, ValidateSession};
use doorward_domain::ports::StoreProbe;
use poem::http::Method;
use poem::{Endpoint, EndpointExt, IntoEndpoint, Response};
use poem_openapi::{LicenseObject, OpenApi, OpenApiService};

use crate::api::{AccountsApi, HealthApi, SessionsApi};
use crate::cookie::SessionCookie;
use crate::credential::Credential;
use crate::front::Front;
use crate::pages::{self, Pages};
use crate::problem::{Problem, ProblemKind};
use crate::settings::HttpSettings;

/// The use cases and ports that are served.
pub struct Services {
    /// Sign-up.
    pub sign_up: SignUp,
    /// Login.
    pub log_in: LogIn,
    /// Logout.
    pub log_out: LogOut,
    /// Who is it?
    pub validate_session: ValidateSession,
    /// Whether the store answers.
    pub store: Arc<dyn StoreProbe>,
}

/// What every handler needs.
pub(crate) struct Context {
    pub(crate) services: Services,
    pub(crate) settings: HttpSettings,
    pub(crate) cookie: SessionCookie,
}

impl Context {
    /// Who is signed in, if anybody.
    pub(crate) async fn session(&self, credential: Credential<'_>) -> Result<Option<ValidSession>, Problem> {
        for token in credential.tokens(&self.cookie) {
            if let Some(signed_in) = self.services.validate_session.run(&token).await? {
                return Ok(Some(signed_in));
            }
        }
        Ok(None)
    }

    /// Who is signed in, where somebody must be.
    pub(crate) async fn require_session(&self, credential: Credential<'_>) -> Result<ValidSession, Problem> {
        self.session(credential).await?.ok_or(Problem::new(ProblemKind::Unauthenticated))
    }
}

type Api = (AccountsApi, SessionsApi, HealthApi);

fn api(context: &Arc<Context>) -> OpenApiService<Api, ()> {
    let api = (AccountsApi(Arc::clone(context)), SessionsApi(Arc::clone(context)), HealthApi(Arc::clone(context)));
    OpenApiService::new(api, "Doorward", env!("CARGO_PKG_VERSION"))
        .description("Sign-in with username and password.")
        .license(LicenseObject::new("MIT"))
}

/// The whole server as one endpoint.
#[must_use]
pub fn endpoint(services: Services, settings: HttpSettings) -> impl Endpoint<Output = Response> {
    let cookie = SessionCookie::new(settings.cookie.clone(), settings.public_origin.is_https());
    let context = Arc::new(Context { services, settings, cookie });
    let api = api(&context);
    let pages = Arc::new(Pages::new(&context.settings));
    let spec: Arc<str> = api.spec().into();
    let api = Arc::new(api.into_endpoint());
    let routes =
        pages::routes(&context, &pages, &spec).nest_no_strip("/api", Arc::clone(&api)).nest_no_strip("/health", api);
    Front::new(routes.map_to_response(), context, pages, Methods::of_all_routes())
}

/// Which methods each path has, for the `Allow` of a 405 (RFC 9110, 15.5.6).
pub(crate) struct Methods(Vec<(String, Vec<Method>)>);

impl Methods {
    fn of_all_routes() -> Self {
        let operations = Api::meta().into_iter().flat_map(|api| api.paths).map(|path| {
            let methods = path.operations.iter().map(|operation| operation.method.clone()).collect();
            (path.path, methods)
        });
        let pages = pages::PATHS.into_iter().map(|path| (path.to_owned(), vec![Method::GET]));
        Self(operations.chain(pages).collect())
    }

    /// The value of `Allow` for a path that exists.
    pub(crate) fn allow(&self, path: &str) -> String {
        let known = self.0.iter().filter(|(known, _)| known == path).flat_map(|(_, methods)| methods);
        let mut names: Vec<&str> = known.map(Method::as_str).collect();
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.join(", ")
    }
}
