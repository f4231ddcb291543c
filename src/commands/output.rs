//! Writes to standard output and standard error.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use serde::Serialize;

/// Writes a value as one JSON document.
///
/// # Errors
/// Same as [`print_stdout`].
pub(super) fn print_json(value: &impl Serialize) -> anyhow::Result<ExitCode> {
    print_stdout(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// Writes a value as one line of JSON, for commands whose output is a stream.
///
/// # Errors
/// Same as [`print_stdout`].
pub(super) fn print_json_line(value: &impl Serialize) -> anyhow::Result<ExitCode> {
    print_stdout(&format!("{}\n", serde_json::to_string(value)?))
}

/// Writes a message to standard error.
pub(super) fn print_stderr(message: &str) {
    // An error of standard error cannot be reported anywhere.
    let _ = writeln!(std::io::stderr(), "{message}");
}

/// Returns whether the command line asks for JSON. Checks the raw arguments, because a command line that clap rejects
/// is also answered in JSON.
pub(super) fn wants_json(typed: &[OsString]) -> bool {
    let words = typed.iter().map(|word| word.to_string_lossy()).take_while(|word| word != "--").collect::<Vec<_>>();
    let is_json = |format: &str| matches!(format, "json" | "ndjson");
    words.iter().any(|word| word == "--json" || word.strip_prefix("--format=").is_some_and(is_json))
        || words.windows(2).any(|pair| pair[0] == "--format" && is_json(&pair[1]))
}

/// Writes an error to standard output as `{"error": …, "exit_code": …}`, on one line, because the output may be a
/// stream.
pub(super) fn print_json_error(message: &str, exit_code: u8) {
    // The message is also on standard error.
    let _ = print_json_line(&serde_json::json!({ "error": message, "exit_code": exit_code }));
}

/// Writes `text` to standard output. A reader that closed the pipe (`| head`) is not an error.
///
/// # Errors
/// Returns the error if the write fails for another reason.
pub(super) fn print_stdout(text: &str) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
