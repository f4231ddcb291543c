//! Writes to standard output.

use std::io::Write as _;
use std::process::ExitCode;

/// Writes `text` to standard output. A reader that closed the pipe (`| head`) is not an error.
///
/// # Errors
/// Returns the error of any other failed write.
pub(super) fn print_stdout(text: &str) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
