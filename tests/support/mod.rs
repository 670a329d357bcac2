//! What tests stand on.

pub mod browser;
pub mod client;
pub mod postgres;
pub mod server;
