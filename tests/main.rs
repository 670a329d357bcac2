//! The integration tests of the workspace, in one binary.

#![expect(unreachable_pub, reason = "no other crate uses a test binary, so `pub` is enough")]

mod admin;
mod attack;
mod browser;
mod dependencies;
mod deploy;
mod fitness;
mod fuzz;
mod guides;
mod http;
mod lucia_table;
mod process;
mod proxies;
mod security_table;
mod storage;
mod support;
mod takeover;
mod workspace;
