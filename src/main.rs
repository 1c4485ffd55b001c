//! The program: reads its arguments, does one thing, says how it went.

use std::process::ExitCode;

fn main() -> ExitCode {
    gleaner::cli::main()
}
