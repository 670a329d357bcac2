//! What tests stand on.

pub mod client;
pub mod postgres;
pub mod server;
