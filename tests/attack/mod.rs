//! Attacks on the real server or program by clients that break the rules of HTTP or of the API.

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
