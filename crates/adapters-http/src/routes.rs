//! The operations, the pages and their files, put together into one endpoint.

use std::sync::Arc;

use doorward_app::UseCases;
use poem::http::Method;
use poem::{EndpointExt, IntoEndpoint};
use poem_openapi::{LicenseObject, OpenApi, OpenApiService};
use prometheus_client::registry::Registry;

use crate::api::change_password::ChangePasswordApi;
use crate::api::delete_account::DeleteAccountApi;
use crate::api::download_data::DownloadDataApi;
use crate::api::get_session::GetSessionApi;
use crate::api::health::HealthApi;
use crate::api::list_sessions::ListSessionsApi;
use crate::api::log_in::LogInApi;
use crate::api::log_out::LogOutApi;
use crate::api::recover_account::RecoverAccountApi;
use crate::api::recovery_codes::RecoveryCodesApi;
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

type AccountsApi = (SignUpApi, LogInApi, LogOutApi, ChangePasswordApi, DownloadDataApi, DeleteAccountApi);
type RecoveryApi = (RecoveryCodesApi, RecoverAccountApi);
type SessionsApi = (GetSessionApi, ListSessionsApi, RevokeSessionApi, RevokeOtherSessionsApi, VerifyApi);
type Api = (AccountsApi, RecoveryApi, SessionsApi, HealthApi);

fn api(context: &Arc<Context>) -> OpenApiService<Api, ()> {
    let context = || Arc::clone(context);
    let accounts = (
        SignUpApi(context()),
        LogInApi(context()),
        LogOutApi(context()),
        ChangePasswordApi(context()),
        DownloadDataApi(context()),
        DeleteAccountApi(context()),
    );
    let recovery = (RecoveryCodesApi(context()), RecoverAccountApi(context()));
    let sessions = (
        GetSessionApi(context()),
        ListSessionsApi(context()),
        RevokeSessionApi(context()),
        RevokeOtherSessionsApi(context()),
        VerifyApi(context()),
    );
    let api = (accounts, recovery, sessions, HealthApi(context()));
    OpenApiService::new(api, "Doorward", env!("CARGO_PKG_VERSION"))
        .description("Sign-in with username and password.")
        .license(LicenseObject::new("MIT"))
}

/// The whole server as one endpoint. Its counters are registered in `registry`.
#[must_use]
pub fn endpoint(use_cases: UseCases, settings: HttpSettings, registry: &mut Registry) -> Pipeline {
    let metrics = Arc::new(HttpMetrics::new(paths()));
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
