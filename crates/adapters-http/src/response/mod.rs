//! What goes back to the client: outcomes, problems, and the shapes of their JSON.

pub(crate) mod answer;
pub(crate) mod download;
pub(crate) mod problem;
pub(crate) mod wire;
