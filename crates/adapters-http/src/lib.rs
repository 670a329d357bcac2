//! The HTTP adapter, on Poem: the JSON API and its `OpenAPI` document, the pages, cookies, content negotiation, origin
//! checks, security headers and body limits. It calls use cases and turns their results into responses.

mod admin;
mod api;
mod app_url;
mod audit;
mod context;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod link_url;
mod metrics;
mod origin;
mod pages;
mod pipeline;
mod request;
mod response;
mod return_origin;
mod route_table;
mod routes;
mod settings;
mod site;
mod texts;

pub use admin::{AdminServices, AdminTokens, endpoint as admin_endpoint};
pub use app_url::{AppUrl, InvalidAppUrl};
pub use link_url::{invitation_url, password_link_url};
pub use metrics::metrics_endpoint;
pub use origin::{InvalidOrigin, Origin};
pub use pipeline::{AdminPipeline, Pipeline};
pub use request::client::unix_socket_peer;
pub use return_origin::ReturnOrigin;
pub use routes::endpoint;
pub use settings::{App, CookieSettings, HttpSettings};
pub use site::{Color, InvalidColor, InvalidLogo, Logo, Site};
pub use texts::Language;
