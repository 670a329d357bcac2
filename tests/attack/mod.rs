//! What people try who mean harm: the real server or the program, and clients that break every rule there is.

mod bombs;
mod headers;
mod injection;
mod pages;
mod redirects;
mod secrets;
mod slow_clients;
mod smuggling;
mod storms;
mod unicode;
mod wire;
