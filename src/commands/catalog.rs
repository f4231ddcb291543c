//! `draft-maker catalog`: imports, shows and removes the offline catalogs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use catalog::{
    CatalogInfo, Database, DumpDate, DumpFile, ImportError, ImportProgress, import_dump, read_catalog_info,
    remove_catalog,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use crate::cli::{CatalogArgs, CatalogCommand, ImportArgs, OutputFormat};
use crate::commands::catalog_object::open_dump_object;
use crate::commands::error::UsageError;
use crate::commands::output::{print_json, print_stdout};
use crate::config::{BatchSettings, CatalogSettings, Config};
use crate::headless::{EXIT_INCOMPLETE, strip_terminal_controls};

/// Age from which an update is recommended: two dumps have followed.
const MAX_AGE_DAYS: u64 = 62;

/// The folder of MusicBrainz' JSON dumps (musicbrainz.org/doc/Development/JSON_Data_Dumps).
const MUSICBRAINZ_DUMPS: &str = "https://data.metabrainz.org/pub/musicbrainz/data/json-dumps/";

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
        CatalogCommand::Import(args) => import_files(config, &folder, args, format_of(OutputFormat::Text), quiet),
        CatalogCommand::Status { format } => show_status(&folder, format_of(*format)),
        CatalogCommand::Update => {
            print_message(&describe_update(&read_catalogs(&folder)?), format_of(OutputFormat::Text))
        }
        CatalogCommand::Remove { database } => {
            print_message(&remove_catalogs(&folder, database.map(Database::from))?, format_of(OutputFormat::Text))
        }
    }
}

pub(super) fn catalog_folder(config: &Config) -> anyhow::Result<PathBuf> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    Ok(config.section::<CatalogSettings>("catalog")?.folder(&data_dir))
}

/// What is known about a catalog, and the size of its file in bytes.
type CatalogSummary = (CatalogInfo, u64);

/// Returns what is known about the catalogs that there are.
fn read_catalogs(folder: &Path) -> anyhow::Result<Vec<CatalogSummary>> {
    let mut found = Vec::new();
    for database in Database::ALL {
        found.extend(read_catalog_info(folder, database)?);
    }
    Ok(found)
}

/// Prints a text, in JSON as `{"message": …}`.
fn print_message(text: &str, format: OutputFormat) -> anyhow::Result<ExitCode> {
    match format {
        OutputFormat::Text => print_stdout(text),
        OutputFormat::Json => print_json(&serde_json::json!({ "message": text })),
    }
}

fn remove_catalogs(folder: &Path, database: Option<Database>) -> anyhow::Result<String> {
    let mut text = String::new();
    for database in Database::ALL.into_iter().filter(|one| database.is_none_or(|database| database == *one)) {
        if remove_catalog(folder, database)? {
            let _ = writeln!(text, "The offline catalog of {database} is removed.");
        }
    }
    Ok(if text.is_empty() { "There is no offline catalog.\n".to_owned() } else { text })
}

/// Imports the files one after another. Each is printed when it is imported, in JSON as one line.
fn import_files(
    config: &Config,
    folder: &Path,
    args: &ImportArgs,
    format: OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    for file in &args.files {
        let info = import_file(config, folder, (file.as_path(), args.date), quiet)?;
        let text = match format {
            OutputFormat::Text => format!("Imported.\n{}", describe_catalog(&info, None)),
            OutputFormat::Json => {
                let file_bytes = read_catalog_info(folder, info.database)?.map_or(0, |(_, bytes)| bytes);
                format!("{}\n", catalog_json(&(info, file_bytes))?)
            }
        };
        print_stdout(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn import_file(
    config: &Config,
    folder: &Path,
    (file, date): (&Path, Option<DumpDate>),
    quiet: bool,
) -> anyhow::Result<CatalogInfo> {
    let address = file.to_str().filter(|address| address.starts_with("gs://"));
    // A download runs as long as its runtime.
    let runtime = address.map(|_| tokio::runtime::Runtime::new()).transpose()?;
    let dump = match (address, &runtime) {
        (Some(address), Some(runtime)) => open_dump_object(config, runtime, address, date)?,
        _ => open_dump(file, date).map_err(|error| UsageError(error.to_string()))?,
    };
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
    bar.set_draw_target(if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() });
    let result = import_dump(dump, folder, &mut |progress| show_progress(&bar, progress));
    bar.finish_and_clear();
    result.map_err(|error| {
        if is_input_error(&error) {
            anyhow::Error::new(UsageError(format!("{error}; the catalog is unchanged")))
        } else {
            error.into()
        }
    })
}

fn open_dump(file: &Path, date: Option<DumpDate>) -> Result<DumpFile, ImportError> {
    if file.as_os_str() == "-" {
        return Ok(DumpFile::from_stream("-", Box::new(std::io::stdin()), date));
    }
    DumpFile::open(file, date)
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
    let catalogs = read_catalogs(folder)?;
    match format {
        OutputFormat::Json => {
            let json = catalogs.iter().map(catalog_json).collect::<Result<Vec<_>, _>>()?;
            print_stdout(&format!("{}\n", serde_json::to_string_pretty(&json)?))?;
        }
        OutputFormat::Text if catalogs.is_empty() => {
            print_stdout("There is no offline catalog. `draft-maker catalog update` says where to get one.\n")?;
        }
        OutputFormat::Text => {
            let texts = catalogs.iter().map(|(info, bytes)| describe_catalog(info, Some(*bytes)));
            print_stdout(&texts.collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(ExitCode::from(if catalogs.is_empty() { EXIT_INCOMPLETE } else { 0 }))
}

fn catalog_json((info, file_bytes): &CatalogSummary) -> serde_json::Result<serde_json::Value> {
    let mut json = serde_json::to_value(info)?;
    json["file_bytes"] = (*file_bytes).into();
    json["age_days"] = info.dump_date.age_days(Timestamp::now()).into();
    Ok(json)
}

fn describe_catalog(info: &CatalogInfo, file_bytes: Option<u64>) -> String {
    let mut text = String::new();
    let age = info.dump_date.age_days(Timestamp::now());
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<18}{}", strip_terminal_controls(&value));
    };
    line("dump", format!("{} {}, {age} days old", info.database, info.dump_date));
    line("file", format!("{} (sha256 {})", info.source, info.sha256));
    line("checksum file", if info.checksum_verified { "confirmed" } else { "none beside the dump" }.to_owned());
    line("releases", format!("{} of {} in the dump", info.releases, info.releases_in_dump));
    line("barcodes", info.barcodes.to_string());
    if let Some(bytes) = file_bytes {
        line("size", indicatif::DecimalBytes(bytes).to_string());
    }
    let skipped = &info.skipped;
    let no_barcode = match info.database {
        Database::Discogs => "no barcode",
        Database::MusicBrainz => "no barcode, link",
    };
    line(no_barcode, skipped.without_barcode.to_string());
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

/// Says what to download. The server of Discogs refuses the addresses of many data centers, so nothing is fetched here.
fn describe_update(catalogs: &[CatalogSummary]) -> String {
    let today = jiff::tz::Offset::UTC.to_datetime(Timestamp::now()).date();
    let (year, month) = (today.strftime("%Y").to_string(), today.strftime("%Y%m01").to_string());
    let file = |kind: &str| format!("https://data.discogs.com/?download=data%2F{year}%2Fdiscogs_{month}_{kind}");
    let current = |database: Database| {
        let catalog = catalogs.iter().find(|(info, _)| info.database == database);
        catalog.map_or_else(|| "none yet".to_owned(), |(info, _)| format!("of {}", info.dump_date))
    };
    format!(
        "The offline catalog of Discogs: {discogs}. It saves the searches and release pages at Discogs.
Each month has a dump, dated the 1st and out some days later:
  https://data.discogs.com/?prefix=data%2F{year}%2F

1. Download the releases (about 11 GB) and the checksums into one folder. If the newest month is not out yet, take the
   one before. `-C -` resumes a download that broke off:
     curl -L -C - -o discogs_{month}_releases.xml.gz '{releases}'
     curl -L -o discogs_{month}_CHECKSUM.txt '{checksums}'
2. Import them:
     draft-maker catalog import discogs_{month}_releases.xml.gz

If it fails with 403: the server refuses many data centers; download at home and copy the files.

The offline catalog of MusicBrainz: {musicbrainz}. It saves all requests to MusicBrainz, and the look-up of covers of used items.
There are two dumps a week; LATEST names the newest one:
  {MUSICBRAINZ_DUMPS}

1. Download the releases (about 23 GB) and the checksums into one folder:
     latest=$(curl -fsS {MUSICBRAINZ_DUMPS}LATEST)
     curl -C - -O \"{MUSICBRAINZ_DUMPS}$latest/release.tar.xz\"
     curl -O \"{MUSICBRAINZ_DUMPS}$latest/SHA256SUMS\"
2. Import them, which takes an hour:
     draft-maker catalog import release.tar.xz
",
        discogs = current(Database::Discogs),
        musicbrainz = current(Database::MusicBrainz),
        releases = file("releases.xml.gz"),
        checksums = file("CHECKSUM.txt"),
    )
}
