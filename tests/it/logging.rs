//! The log files. A process has only one log, so this test starts one child process per case.

use std::fs;
use std::process::{Command, Stdio};

use draft_maker::logging::{LoggingError, Settings, StderrVerbosity, init_logging};
use tempfile::TempDir;

const ROLE: &str = "DRAFT_MAKER_TEST_LOGS_INTO";

/// Runs the child. Returns the content of its log files and its standard error.
fn logged(level: &str, directory: &str, terminal: &str) -> (String, String) {
    let home = TempDir::new().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "logging::log_messages_are_written_to_a_file", "--nocapture"])
        .env(ROLE, format!("{level}|{}|{terminal}", home.path().join(directory).display()))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success());
    let files = fs::read_dir(home.path().join(directory)).into_iter().flatten();
    let text = files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    (text, String::from_utf8(output.stderr).unwrap())
}

#[test]
fn log_messages_are_written_to_a_file() {
    if let Ok(role) = std::env::var(ROLE) {
        log_something(&role);
        return;
    }
    let (file, side) = logged("info", "logs", "warnings");
    assert!(file.contains("a fact") && file.contains("a warning"), "{file}");
    assert!(!file.contains("a detail") && !file.contains("of a library"), "{file}");
    assert!(side.contains("a warning") && !side.contains("a fact"), "{side}");
    let (file, side) = logged("debug", "logs", "nothing");
    assert!(file.contains("a detail") && file.contains("a warning"), "{file}");
    assert!(!side.contains("a warning"), "standard error is reserved for the progress bar: {side}");
    let (file, side) = logged("info", "/dev/null/logs", "warnings");
    assert_eq!(file, "");
    assert!(side.contains("No log file is written") && side.contains("a warning"), "{side}");
}

fn log_something(role: &str) {
    let mut parts = role.splitn(3, '|');
    let level = parts.next().unwrap().to_owned();
    let directory = parts.next().unwrap().into();
    let terminal = if parts.next() == Some("nothing") { StderrVerbosity::Off } else { StderrVerbosity::Warnings };
    init_logging(&Settings { level, directory, max_files: 3, max_file_bytes: 10_000, format: None }, terminal).unwrap();
    tracing::debug!(target: "draft_maker::pipeline", "a detail");
    tracing::info!(target: "draft_maker::pipeline", "a fact");
    tracing::info!(target: "hyper", "a fact of a library");
    tracing::warn!(target: "draft_maker::pipeline", "a warning");
}

#[test]
fn an_invalid_level_is_reported() {
    let settings = Settings {
        level: "draft_maker=loud".into(),
        directory: "unused".into(),
        max_files: 1,
        max_file_bytes: 10_000,
        format: None,
    };
    let error = init_logging(&settings, StderrVerbosity::Off).unwrap_err();
    assert!(matches!(error, LoggingError::InvalidLevel { .. }) && error.to_string().contains("debug"), "{error}");
}
