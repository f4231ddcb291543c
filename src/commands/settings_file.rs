//! `draft-maker config`: shows the settings and creates the operator's settings file.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::error::UsageError;
use super::validation::invalid_settings;
use crate::cli::OutputFormat;
use crate::commands::output::{print_json, print_stderr, print_stdout};
use crate::config::{BatchSettings, Config, ConfigSources, commented_settings, format_as_json, format_as_table};
use crate::headless::EXIT_INVALID_INPUT;

/// Prints every setting. If values are wrong, prints them to standard error and returns exit code 2.
pub(super) fn print_settings(
    sources: &ConfigSources,
    config: &Config,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    let rows = config.setting_rows();
    print_stdout(&match format {
        OutputFormat::Text => describe_file(sources) + &format_as_table(&rows),
        OutputFormat::Json => format_as_json(&rows),
    })?;
    let invalid = invalid_settings(config);
    for error in &invalid {
        let _ = writeln!(std::io::stderr(), "error: {error}");
    }
    Ok(ExitCode::from(if invalid.is_empty() { 0 } else { EXIT_INVALID_INPUT }))
}

fn describe_file(sources: &ConfigSources) -> String {
    let mut text = String::new();
    if let Some(file) = sources.settings_file() {
        let state = if file.exists() { "" } else { "  (does not exist yet; `draft-maker config init` creates it)" };
        let _ = writeln!(text, "Settings file: {}{state}", file.display());
    }
    for file in sources.dot_env.iter().filter(|file| file.exists()) {
        let _ = writeln!(text, "Environment file: {}", file.display());
    }
    text + "\n"
}

/// Prints the path of the settings file, even if it does not exist. The folders of data, cache and logs go to standard
/// error, so that scripts read only the path.
pub(super) fn print_path(sources: &ConfigSources, config: &Config, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let file = settings_file(sources)?;
    let BatchSettings { data_dir, cache_dir, .. } = config.section("batch")?;
    let log_dir = config.section::<crate::logging::Settings>("log")?.directory;
    if format == OutputFormat::Json {
        let exists = file.exists();
        return print_json(&serde_json::json!({
            "path": file, "exists": exists, "data_dir": data_dir, "cache_dir": cache_dir, "log_dir": log_dir,
        }));
    }
    print_stdout(&format!("{}\n", file.display()))?;
    for (name, folder) in [("data", data_dir), ("cache", cache_dir), ("logs", log_dir)] {
        let old = config.old_folders().find(|old| old.path == folder);
        let why = old.map(|old| format!("  (used by an earlier version; new: {})", old.standard.display()));
        print_stderr(&format!("{name:<6} {}{}", folder.display(), why.unwrap_or_default()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Creates the settings file with every setting commented out. Never overwrites a file.
pub(super) fn create(sources: &ConfigSources, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let file = settings_file(sources)?;
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => UsageError(format!("{} already exists; edit that file", file.display())),
        _ => UsageError(format!("cannot create {}: {}", file.display(), files::describe_io_error(&error))),
    };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::File::create_new(file)
        .and_then(|mut created| created.write_all(commented_settings().as_bytes()))
        .map_err(failed)?;
    print_stdout(&match format {
        OutputFormat::Text => {
            format!("Created {}\nEdit the file: remove the # before a setting to change it.\n", file.display())
        }
        OutputFormat::Json => format!("{}\n", serde_json::json!({ "path": file.to_string_lossy(), "created": true })),
    })
}

fn settings_file(sources: &ConfigSources) -> anyhow::Result<&Path> {
    let missing = || UsageError("there is no home folder; name the settings file with --config FILE".to_owned());
    Ok(sources.settings_file().ok_or_else(missing)?)
}
