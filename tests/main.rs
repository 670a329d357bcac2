//! The one test binary of the workspace: everything that takes more than one crate to prove.

#![expect(
    unreachable_pub,
    reason = "nothing of a test binary is reached from outside, so `pub` says all there is to say"
)]

mod attack;
mod browser;
mod dependencies;
mod fuzz;
mod http;
mod lucia_table;
mod process;
mod security_table;
mod storage;
mod support;
mod workspace;
