//! Doorward on HTTP, with Poem: the JSON API and its `OpenAPI` document, the pages, cookies, content negotiation, and
//! the rules of the web around them (origins, headers, body limits). It calls use cases and turns what they say into
//! answers; what they do it does not know.

mod answer;
mod api;
mod audit;
mod client;
mod context;
mod cookie;
mod cors;
mod credential;
mod cross_origin;
mod download;
mod entry;
mod fields;
mod form;
mod front;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod head;
mod methods;
mod metrics;
mod negotiation;
mod origin;
mod pages;
mod problem;
mod return_to;
mod routes;
mod security_headers;
mod settings;
mod site;
mod submission;
mod texts;
mod wire;

pub use context::Services;
pub use front::Front;
pub use metrics::metrics_endpoint;
pub use origin::{InvalidOrigin, Origin};
pub use routes::endpoint;
pub use settings::{CookieSettings, HttpSettings};
pub use site::{Color, InvalidColor, InvalidLogo, Logo, Site};
pub use texts::Language;
