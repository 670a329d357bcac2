//! The pages: one file each, rendered on the server from typed templates that escape everything, complete without scripts.

mod account;
mod account_delete;
mod account_password;
pub(crate) mod account_recovery_codes;
mod account_sessions;
mod account_username;
mod assets;
pub(crate) mod continue_to;
mod device;
mod docs;
pub(crate) mod form;
mod layout;
mod links;
mod log_in;
mod log_out;
mod messages;
mod paths;
pub(crate) mod problem;
mod profile;
mod recover;
mod recovery_codes_left;
mod reset;
mod sheet;
pub(crate) mod sign_in;
mod sign_up;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use poem::endpoint::{make, make_sync};
use poem::{Endpoint, Request, Response, Route, RouteMethod, get};

use crate::context::Context;
use crate::response::meta::found;
use crate::response::problem::Problem;
use crate::texts::Language;

pub(crate) use layout::Pages;
pub(crate) use links::is_of_link;
pub(crate) use paths::PATHS;

/// Shows a page.
type Show = for<'a> fn(&'a Context, &'a Pages, &'a Request) -> BoxFuture<'a, Result<Response, Problem>>;

/// The pages and their files.
pub(crate) fn routes(context: &Arc<Context>, pages: &Arc<Pages>, spec: &Arc<str>) -> Route {
    let page = |show: Show| page(context, pages, show);
    let documentation: Arc<str> = docs::render(pages.frame(Language::English), spec).into();
    Route::new()
        .at("/", page(|context, pages, request| profile::show(context, pages, request).boxed()))
        .at("/login", page(|context, pages, request| log_in::show(context, pages, request).boxed()))
        .at("/signup", page(|context, pages, request| sign_up::show(context, pages, request).boxed()))
        .at("/recover", page(|context, pages, request| recover::show(context, pages, request).boxed()))
        .at("/invite/:code", page(|context, pages, request| sign_up::show_invited(context, pages, request).boxed()))
        .at("/reset", page(|context, pages, request| reset::show(context, pages, request).boxed()))
        .at("/reset/:code", page(|context, pages, request| reset::show(context, pages, request).boxed()))
        .at("/logout", page(|context, pages, request| log_out::show(context, pages, request).boxed()))
        .at("/account", page(|context, pages, request| account::show(context, pages, request).boxed()))
        .at(
            "/account/password",
            page(|context, pages, request| account_password::show(context, pages, request).boxed()),
        )
        .at(
            "/account/username",
            page(|context, pages, request| account_username::show(context, pages, request).boxed()),
        )
        .at(
            "/account/recovery-codes",
            page(|context, pages, request| account_recovery_codes::show(context, pages, request).boxed()),
        )
        .at(
            "/account/sessions",
            page(|context, pages, request| account_sessions::show(context, pages, request).boxed()),
        )
        .at("/account/delete", page(|context, pages, request| account_delete::show(context, pages, request).boxed()))
        .at(paths::CHANGE_PASSWORD, get(make_sync(|_| found("/account/password"))))
        .at("/docs", get(text(documentation, "text/html; charset=utf-8")))
        .at("/openapi.json", get(text(Arc::clone(spec), "application/json; charset=utf-8")))
        .at(assets::STYLE_PATH, get(pages.assets.style.endpoint()))
        .at(assets::SCRIPT_PATH, get(pages.assets.script.endpoint()))
        .at(assets::ICON_PATH, get(pages.assets.icon.endpoint()))
        .at(assets::LOGO_PATH, get(pages.assets.mark.endpoint()))
}

fn page(context: &Arc<Context>, pages: &Arc<Pages>, show: Show) -> RouteMethod {
    let (context, pages) = (Arc::clone(context), Arc::clone(pages));
    get(make(move |request: Request| {
        let (context, pages) = (Arc::clone(&context), Arc::clone(&pages));
        async move { show(&context, &pages, &request).await }
    }))
}

/// An endpoint that always answers the same text.
fn text(text: Arc<str>, content_type: &'static str) -> impl Endpoint<Output = Response> {
    make_sync(move |_| Response::builder().content_type(content_type).body(text.to_string()))
}
