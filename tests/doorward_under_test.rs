//! The `doorward` program, entered as `crates/server/src/main.rs` enters it, where tests find it.

use std::process::ExitCode;

fn main() -> ExitCode {
    doorward::main()
}
