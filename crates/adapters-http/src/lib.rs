//! Doorward on HTTP, with Poem: the JSON API and its `OpenAPI` document, the pages, cookies, content negotiation, and
//! the rules of the web around them (origins, headers, body limits). It calls use cases and turns what they say into
//! answers; what they do it does not know.

mod api;
mod audit;
mod context;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod metrics;
mod origin;
mod pages;
mod pipeline;
mod request;
mod response;
mod route_table;
mod routes;
mod settings;
mod site;
mod texts;

pub use metrics::metrics_endpoint;
pub use origin::{InvalidOrigin, Origin};
pub use pipeline::Pipeline;
pub use routes::endpoint;
pub use settings::{CookieSettings, HttpSettings};
pub use site::{Color, InvalidColor, InvalidLogo, Logo, Site};
pub use texts::Language;
