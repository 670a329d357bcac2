//! What is where: the operations, the pages and their files, put together into one endpoint.

use std::sync::Arc;

use poem::http::Method;
use poem::{EndpointExt, IntoEndpoint};
use poem_openapi::{LicenseObject, OpenApi, OpenApiService};
use prometheus_client::registry::Registry;

use crate::api::{AccountsApi, HealthApi, RecoveryApi, SessionsApi, VerifyApi};
use crate::context::{Context, Services};
use crate::metrics::HttpMetrics;
use crate::pages::{self, Pages};
use crate::pipeline::Pipeline;
use crate::route_table::RouteTable;
use crate::settings::HttpSettings;

type Api = (AccountsApi, RecoveryApi, SessionsApi, VerifyApi, HealthApi);

fn api(context: &Arc<Context>, pages: &Arc<Pages>) -> OpenApiService<Api, ()> {
    let api = (
        AccountsApi(Arc::clone(context)),
        RecoveryApi(Arc::clone(context), Arc::clone(pages)),
        SessionsApi(Arc::clone(context)),
        VerifyApi(Arc::clone(context)),
        HealthApi(Arc::clone(context)),
    );
    OpenApiService::new(api, "Doorward", env!("CARGO_PKG_VERSION"))
        .description("Sign-in with username and password.")
        .license(LicenseObject::new("MIT"))
}

/// The whole server as one endpoint. What it counts goes into the registry.
#[must_use]
pub fn endpoint(services: Services, settings: HttpSettings, registry: &mut Registry) -> Pipeline {
    let metrics = Arc::new(HttpMetrics::new(paths()));
    registry.register_collector(Box::new(Arc::clone(&metrics)));
    let context = Arc::new(Context::new(services, settings, metrics));
    let pages = Arc::new(Pages::new(&context.settings));
    let api = api(&context, &pages);
    let spec: Arc<str> = api.spec().into();
    let api = Arc::new(api.into_endpoint());
    let routes =
        pages::routes(&context, &pages, &spec).nest_no_strip("/api", Arc::clone(&api)).nest_no_strip("/health", api);
    Pipeline::new(routes.map_to_response().boxed(), context, pages, RouteTable::new(paths()))
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
