//! Helpers of the tests: clients, servers and browsers.

pub mod axe;
pub mod browser;
pub mod client;
pub mod openapi;
pub mod ports;
pub mod postgres;
pub mod server;
