//! The `doorward` program as `crates/server/src/main.rs` builds it, as a binary that the tests can start.

use std::process::ExitCode;

fn main() -> ExitCode {
    doorward::main()
}
