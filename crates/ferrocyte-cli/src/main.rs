//! The program `ferrocyte`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ferrocyte_cli::main()
}
