//! The admin API: the services of operators as JSON for programs, on a listener of its own (ADR 0034). One file for each group
//! of operations, with its request types and handlers; `bodies.rs` has the shapes that they answer with.

pub(crate) mod actor;
mod answer;
mod bodies;
mod context;
mod extract;
mod invitations;
mod keys;
mod password_link;
mod routes;
mod sessions;
mod sessions_of_user;
mod tag;
mod user;
mod users;

pub use actor::AdminTokens;
pub use context::AdminServices;
pub use routes::endpoint;
pub(crate) use routes::paths;
