//! What tests stand on.

pub mod axe;
pub mod browser;
pub mod client;
pub mod postgres;
pub mod server;
