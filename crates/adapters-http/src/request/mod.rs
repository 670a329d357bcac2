//! What an operation reads from a request: the client's address, cookies and credential, the body's fields, where to go
//! afterwards, and how to answer. Nothing here knows a use case.

pub(crate) mod body;
pub(crate) mod client;
pub(crate) mod cookie;
pub(crate) mod credential;
pub(crate) mod fields;
pub(crate) mod json_field;
pub(crate) mod renewal;
pub(crate) mod response_mode;
pub(crate) mod return_to;
pub(crate) mod state;
pub(crate) mod text;
