//! What goes back to the client: outcomes, problems, and the shapes of their JSON. The pipeline renders them.

pub(crate) mod account_data;
pub(crate) mod attributes;
pub(crate) mod landing;
pub(crate) mod meta;
pub(crate) mod outcome;
pub(crate) mod problem;
pub(crate) mod problem_body;
pub(crate) mod problem_of;
pub(crate) mod recovery_codes;
pub(crate) mod session;
pub(crate) mod time;
pub(crate) mod transport;
