//! What people try who mean harm: the real server or the program, and clients that break every rule there is.

mod bombs;
mod smuggling;
mod wire;
