//! Asks for confirmation before something is deleted.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use super::error::UsageError;

/// Succeeds if `--yes` was given or the operator answers yes on the terminal.
///
/// # Errors
/// Returns [`UsageError`] if the answer is not yes, or if there is no terminal to ask on.
pub(super) fn require_confirmation(question: &str, is_confirmed: bool) -> anyhow::Result<()> {
    if is_confirmed {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        return Err(UsageError(format!(
            "cannot ask for confirmation without a terminal: {question} To confirm, add --yes"
        ))
        .into());
    }
    let mut err = std::io::stderr().lock();
    write!(err, "{question} [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(UsageError("not confirmed; nothing was changed".to_owned()).into()),
    }
}
