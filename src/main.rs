//! The program: passes the arguments to `draft_maker::commands::main` and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    // reqwest and the Google crates share one TLS provider. An error only means that it is already installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    draft_maker::commands::main(std::env::args_os())
}
