//! The `doorward` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    doorward::main()
}
