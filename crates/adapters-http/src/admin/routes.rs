//! The operations of the admin API, put together into one endpoint.

use std::sync::Arc;

use poem::endpoint::make_sync;
use poem::http::Method;
use poem::{EndpointExt, Response, Route, get};
use poem_openapi::{LicenseObject, OpenApi, OpenApiService};

use super::context::{AdminContext, AdminServices};
use super::invitations::InvitationsApi;
use super::keys::KeysApi;
use super::password_link::PasswordLinkApi;
use super::sessions::SessionsApi;
use super::sessions_of_user::SessionsOfUserApi;
use super::user::UserApi;
use super::users::UsersApi;
use crate::pipeline::{AdminPipeline, Pipeline};
use crate::route_table::RouteTable;

/// Where the document is served.
const DOCUMENT: &str = "/admin/openapi.json";

type Api = (UsersApi, UserApi, KeysApi, SessionsOfUserApi, SessionsApi, PasswordLinkApi, InvitationsApi);

fn api(context: &Arc<AdminContext>) -> OpenApiService<Api, ()> {
    let context = || Arc::clone(context);
    let api = (
        UsersApi(context()),
        UserApi(context()),
        KeysApi(context()),
        SessionsOfUserApi(context()),
        SessionsApi(context()),
        PasswordLinkApi(context()),
        InvitationsApi(context()),
    );
    OpenApiService::new(api, "Doorward admin API", env!("CARGO_PKG_VERSION"))
        .description("Users, keys, sessions and links, for programs of the operator.")
        .license(LicenseObject::new("MIT"))
}

/// The admin API of a server whose public listener serves this pipeline. It checks the tokens, and needs its own listener.
#[must_use]
pub fn endpoint(services: AdminServices, public: &Pipeline) -> AdminPipeline {
    let AdminServices { admin, clock, sessions, tokens } = services;
    let public_context = Arc::clone(public.context());
    let api = api(&Arc::new(AdminContext { admin, clock, sessions, public: public_context }));
    let document: Arc<str> = api.spec().into();
    let document = make_sync(move |_| {
        Response::builder().content_type("application/json; charset=utf-8").body(document.to_string())
    });
    let routes = Route::new().at(DOCUMENT, get(document)).nest_no_strip("/admin", api);
    AdminPipeline::new(routes.map_to_response().boxed(), public, tokens, RouteTable::new(paths()))
}

/// The methods of every path.
pub(crate) fn paths() -> impl Iterator<Item = (String, Vec<Method>)> {
    let operations = Api::meta().into_iter().flat_map(|api| api.paths).map(|path| {
        let methods = path.operations.iter().map(|operation| operation.method.clone()).collect();
        (path.path, methods)
    });
    operations.chain([(DOCUMENT.to_owned(), vec![Method::GET])])
}
