//! `draft-maker catalog import`: imports data dumps with a progress bar.

use std::path::Path;
use std::process::ExitCode;

use catalog::{CatalogInfo, DumpDate, DumpFile, ImportError, ImportProgress, import_dump};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{ImportArgs, OutputFormat};
use crate::commands::catalog_object::open_dump_object;
use crate::commands::catalog_output::print_imported;
use crate::commands::error::UsageError;
use crate::commands::output::print_stderr;
use crate::config::Config;
use crate::headless::strip_terminal_controls;
use domain::source_type::strip_gcs_scheme;

/// Template of the progress bar of a file of known size.
pub(super) const SIZED_TEMPLATE: &str =
    "{bar:24} {binary_bytes}/{binary_total_bytes}  {binary_bytes_per_sec}  {eta} left  {msg}";

/// Template of the progress bar for standard input.
const STREAM_TEMPLATE: &str = "{spinner} {binary_bytes}  {binary_bytes_per_sec}  {msg}";

/// Imports the files one after another, and prints each result (in JSON as one line).
pub(super) fn import_files(
    config: &Config,
    folder: &Path,
    args: &ImportArgs,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    for file in &args.files {
        let info = import_file(config, folder, (file.as_path(), args.date), quiet)?;
        print_imported(folder, info, format)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn import_file(
    config: &Config,
    folder: &Path,
    (file, date): (&Path, Option<DumpDate>),
    quiet: bool,
) -> anyhow::Result<CatalogInfo> {
    let address = file.to_str().filter(|address| strip_gcs_scheme(address).is_some());
    // The download stops when its runtime is dropped, so keep the runtime until the import ends.
    let runtime = address.map(|_| tokio::runtime::Runtime::new()).transpose()?;
    let dump = match (address, &runtime) {
        (Some(address), Some(runtime)) => open_dump_object(config, runtime, address)?,
        _ => open_dump(file).map_err(|error| UsageError(format!("{error}; fix: {}", error.fix())))?,
    };
    let dump = dump.with_stated_date(date);
    if let Some(warning) = dump.checksum_warning() {
        print_stderr(&format!("warning: {}", strip_terminal_controls(&warning)));
    }
    import_with_progress(dump, folder, quiet).map_err(|error| {
        let message = format!("{error}; the catalog is unchanged; fix: {}", error.fix());
        if error.is_input_error() { UsageError(message).into() } else { anyhow::Error::msg(message) }
    })
}

/// Imports a dump, with a progress bar on standard error unless `quiet` is true.
pub(super) fn import_with_progress(dump: DumpFile, folder: &Path, quiet: bool) -> Result<CatalogInfo, ImportError> {
    let bar = new_progress_bar(quiet);
    let result = import_dump(dump, folder, &mut |progress| show_progress(&bar, progress));
    bar.finish_and_clear();
    result
}

/// Returns a bar on standard error, or a hidden one if `quiet` is true.
pub(super) fn new_progress_bar(quiet: bool) -> ProgressBar {
    let bar = ProgressBar::no_length();
    bar.set_draw_target(if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() });
    bar
}

fn open_dump(file: &Path) -> Result<DumpFile, ImportError> {
    if file.as_os_str() == "-" {
        return Ok(DumpFile::from_stream("-", Box::new(std::io::stdin())));
    }
    DumpFile::open(file)
}

fn show_progress(bar: &ProgressBar, progress: ImportProgress) {
    if bar.position() == 0 {
        let template = if progress.size.is_some() { SIZED_TEMPLATE } else { STREAM_TEMPLATE };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
    }
    if let Some(size) = progress.size {
        bar.set_length(size);
    }
    bar.set_position(progress.bytes_read);
    let step = if progress.is_sorting { ", sorting the index" } else { "" };
    bar.set_message(format!("{} releases{step}", progress.releases));
}
