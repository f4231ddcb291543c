//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    // reqwest and the Google crates share one TLS provider; an error only says that it is already in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    draft_maker::commands::main(std::env::args_os())
}
