//! `draft-maker catalog`: imports, shows and removes the offline catalog.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use catalog::{CatalogInfo, DumpFile, ImportError, ImportProgress, OfflineCatalog, import_dump, remove_catalog};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use crate::cli::{CatalogArgs, CatalogCommand, ImportArgs, OutputFormat};
use crate::commands::catalog_object::open_dump_object;
use crate::commands::error::UsageError;
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, CatalogSettings, Config};
use crate::headless::{EXIT_INCOMPLETE, strip_terminal_controls};

/// Age from which an update is recommended: two dumps have followed.
const MAX_AGE_DAYS: u64 = 62;

/// Template of the progress bar of a file of known size.
const SIZED_TEMPLATE: &str = "{bar:24} {binary_bytes}/{binary_total_bytes}  {binary_bytes_per_sec}  {eta} left  {msg}";

/// Template of the progress of standard input.
const STREAM_TEMPLATE: &str = "{spinner} {binary_bytes}  {binary_bytes_per_sec}  {msg}";

pub(super) fn run_catalog_command(
    config: &Config,
    args: &CatalogArgs,
    format_of: impl Fn(OutputFormat) -> OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let folder = catalog_folder(config)?;
    match &args.command {
        CatalogCommand::Import(args) => import_file(config, &folder, args, quiet),
        CatalogCommand::Status { format } => show_status(&folder, format_of(*format)),
        CatalogCommand::Update => print_stdout(&describe_update(OfflineCatalog::open(&folder)?.as_ref())),
        CatalogCommand::Remove => print_stdout(if remove_catalog(&folder)? {
            "The offline catalog is removed.\n"
        } else {
            "There is no offline catalog.\n"
        }),
    }
}

pub(super) fn catalog_folder(config: &Config) -> anyhow::Result<PathBuf> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    Ok(config.section::<CatalogSettings>("catalog")?.folder(&data_dir))
}

fn import_file(config: &Config, folder: &Path, args: &ImportArgs, quiet: bool) -> anyhow::Result<ExitCode> {
    let address = args.file.to_str().filter(|address| address.starts_with("gs://"));
    // A download runs as long as its runtime.
    let runtime = address.map(|_| tokio::runtime::Runtime::new()).transpose()?;
    let dump = match (address, &runtime) {
        (Some(address), Some(runtime)) => open_dump_object(config, runtime, address, args.date)?,
        _ => open_dump(args).map_err(|error| UsageError(error.to_string()))?,
    };
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
    bar.set_draw_target(if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() });
    let result = import_dump(dump, folder, &mut |progress| show_progress(&bar, progress));
    bar.finish_and_clear();
    let info = result.map_err(|error| {
        if is_input_error(&error) {
            anyhow::Error::new(UsageError(format!("{error}; the catalog is unchanged")))
        } else {
            error.into()
        }
    })?;
    print_stdout(&format!("Imported.\n{}", describe_catalog(&info, None)))
}

fn open_dump(args: &ImportArgs) -> Result<DumpFile, ImportError> {
    if args.file.as_os_str() != "-" {
        return DumpFile::open(&args.file, args.date);
    }
    let date = args.date.ok_or_else(|| ImportError::UnknownDate { name: "on standard input".to_owned() })?;
    Ok(DumpFile::from_stream("-", Box::new(std::io::stdin()), date))
}

/// Returns true if the file is at fault and not this machine.
fn is_input_error(error: &ImportError) -> bool {
    !matches!(error, ImportError::Write(_) | ImportError::Busy)
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

fn show_status(folder: &Path, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let Some(catalog) = OfflineCatalog::open(folder)? else {
        print_stdout(match format {
            OutputFormat::Json => "null\n",
            OutputFormat::Text => "There is no offline catalog. `draft-maker catalog update` says where to get one.\n",
        })?;
        return Ok(ExitCode::from(EXIT_INCOMPLETE));
    };
    match format {
        OutputFormat::Json => {
            let mut json = serde_json::to_value(catalog.info())?;
            json["file_bytes"] = catalog.file_bytes().into();
            json["age_days"] = catalog.info().dump_date.age_days(Timestamp::now()).into();
            print_stdout(&format!("{}\n", serde_json::to_string_pretty(&json)?))
        }
        OutputFormat::Text => print_stdout(&describe_catalog(catalog.info(), Some(catalog.file_bytes()))),
    }
}

fn describe_catalog(info: &CatalogInfo, file_bytes: Option<u64>) -> String {
    let mut text = String::new();
    let age = info.dump_date.age_days(Timestamp::now());
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<18}{}", strip_terminal_controls(&value));
    };
    line("dump", format!("Discogs {}, {age} days old", info.dump_date));
    line("file", format!("{} (sha256 {})", info.source, info.sha256));
    line("checksum file", if info.checksum_verified { "confirmed" } else { "none beside the dump" }.to_owned());
    line("releases", format!("{} of {} in the dump", info.releases, info.releases_in_dump));
    line("barcodes", info.barcodes.to_string());
    if let Some(bytes) = file_bytes {
        line("size", indicatif::DecimalBytes(bytes).to_string());
    }
    let skipped = &info.skipped;
    line("no barcode", skipped.without_barcode.to_string());
    line("invalid barcode", skipped.without_valid_barcode.to_string());
    line("repeated", skipped.repeated.to_string());
    line("broken", skipped.broken.to_string());
    for example in &skipped.broken_examples {
        line("", example.clone());
    }
    if age > MAX_AGE_DAYS {
        line("advice", "a newer dump is out: `draft-maker catalog update` says where".to_owned());
    }
    text
}

/// Says what to download. The server refuses the addresses of many data centers, so nothing is fetched here.
fn describe_update(catalog: Option<&OfflineCatalog>) -> String {
    let today = jiff::tz::Offset::UTC.to_datetime(Timestamp::now()).date();
    let (year, month) = (today.strftime("%Y").to_string(), today.strftime("%Y%m01").to_string());
    let file = |kind: &str| format!("https://data.discogs.com/?download=data%2F{year}%2Fdiscogs_{month}_{kind}");
    let current = catalog.map_or_else(
        || "There is no offline catalog yet.".to_owned(),
        |catalog| format!("The offline catalog is of {}.", catalog.info().dump_date),
    );
    format!(
        "{current}
Each month has a dump, dated the 1st and out some days later:
  https://data.discogs.com/?prefix=data%2F{year}%2F

1. Download the releases (about 11 GB) and the checksums into one folder. If the newest month is not out yet, take the
   one before. `-C -` resumes a download that broke off:
     curl -L -C - -o discogs_{month}_releases.xml.gz '{releases}'
     curl -L -o discogs_{month}_CHECKSUM.txt '{checksums}'
2. Import them:
     draft-maker catalog import discogs_{month}_releases.xml.gz

If it fails with 403: the server refuses many data centers; download at home and copy the files.
",
        releases = file("releases.xml.gz"),
        checksums = file("CHECKSUM.txt"),
    )
}
