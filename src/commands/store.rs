//! `draft-maker store`: shows the sizes of the stored data, checks and repairs the journal, and moves the store.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;
use serde::Serialize;

use crate::cli::{OutputFormat, StoreArgs, StoreCommand};
use crate::commands::error::UsageError;
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, CatalogSettings, Config};
use crate::headless::{EXIT_FAILED, EXIT_INCOMPLETE, strip_terminal_controls};
use crate::logging;
use domain::text::count::format_count;
use ebay::{SharedSignIn, TokenStore};
use pipeline::retention;
use secrecy::SecretString;
use store::journal::{
    CopiedStore, JournalCheck, JournalContents, JournalError, JournalRepair, MovedLists, RepairReport, check_journal,
    copy_store, read_database_bytes, read_journal_contents, repair_journal,
};
use store::location::{DatabaseUrl, StoreLocation};
use store::sealed_values::SealedValues;
use store::uploaded_lists::uploads_folder;

/// Maximum number of problems printed.
const MAX_PRINTED_PROBLEMS: usize = 20;

pub(super) async fn run_store_command(
    config: &Config,
    args: &StoreArgs,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    let store = config.store_location()?;
    match &args.command {
        None => show_sizes(config, &store, format).await,
        Some(StoreCommand::Check) => check_store(&store, format).await,
        Some(StoreCommand::Repair) => match store.database() {
            None => repair_store(store.data_dir(), format).await,
            Some(database) => {
                anyhow::bail!(
                    "{database} is a PostgreSQL database: restore a backup of it, for example with pg_restore"
                )
            }
        },
        Some(StoreCommand::Move { to }) => move_to(config, &store, to, format).await,
    }
}

/// Moves the store that the settings name to a folder or a database.
async fn move_to(config: &Config, from: &StoreLocation, to: &str, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let target = if to.starts_with("postgres://") || to.starts_with("postgresql://") {
        let url = DatabaseUrl::parse(&SecretString::from(to)).map_err(|error| UsageError(format!("--to: {error}")))?;
        StoreLocation::in_database(config.select_schema(url)?, from.data_dir())
    } else if to.contains("://") {
        return Err(UsageError("--to: name a folder, or postgres://USER@HOST/DATABASE".to_owned()).into());
    } else {
        StoreLocation::in_folder(to)
    };
    let moved = copy_store(from, &target).await.map_err(|error| match error {
        JournalError::SameStore | JournalError::NotEmpty { .. } => UsageError(error.to_string()).into(),
        error => anyhow::Error::new(error),
    })?;
    let sign_in = move_sign_in(config, from, &target).await?;
    let old_file = moved.retire_old_journal(Timestamp::now())?;
    let target_name = target.database().map_or_else(|| to.to_owned(), ToString::to_string);
    print_stdout(&match format {
        OutputFormat::Json => {
            let MovedLists { moved: uploaded_lists, unwritten } = &moved.lists;
            let unwritten: Vec<&PathBuf> = unwritten.iter().map(|(path, _)| path).collect();
            let moved = serde_json::json!({ "to": target_name, "contents": moved.contents, "old_file": old_file,
                "uploaded_lists": uploaded_lists, "unwritten_lists": unwritten, "sign_in": sign_in });
            format!("{moved:#}\n")
        }
        OutputFormat::Text => {
            describe_move(&target_name, &target, &moved, old_file.as_deref()) + &sign_in.describe(config)?
        }
    })
}

/// What happened to the eBay sign-in when the store was moved.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum SignInMove {
    /// The sign-in is in the new store.
    Moved,
    /// The sign-in stays in its file, which is used with any store on this machine.
    InFile,
    /// No seller is signed in.
    NotSignedIn,
    /// The sign-in comes from the environment, so no store contains it.
    InEnvironment,
    /// No key is set that could decrypt a sign-in in the old store.
    WithoutKey,
}

impl SignInMove {
    fn describe(self, config: &Config) -> anyhow::Result<String> {
        Ok(match self {
            Self::InFile => {
                let file = TokenStore::for_settings(&config.section("ebay")?).path().display().to_string();
                return Ok(format!(
                    "The eBay sign-in stays in {file} on this machine. Cached answers were not moved: Draft Maker requests \
                     them again.\n"
                ));
            }
            Self::NotSignedIn => "Cached answers were not moved: Draft Maker requests them again.\n",
            Self::Moved => {
                "The eBay sign-in was moved too. Cached answers were not: Draft Maker requests them again.\n"
            }
            Self::InEnvironment => {
                "The eBay sign-in stays in EBAY_REFRESH_TOKEN. Cached answers were not moved: Draft Maker requests \
                 them again.\n"
            }
            Self::WithoutKey => {
                "The eBay sign-in was not moved, because DRAFT_MAKER_ENCRYPTION_KEY is not set: run `draft-maker auth ebay` \
                 with the new store. Cached answers were not moved either: Draft Maker requests them again.\n"
            }
        }
        .to_owned())
    }
}

/// Copies the eBay sign-in from a file into the database, encrypted, or back.
async fn move_sign_in(config: &Config, from: &StoreLocation, to: &StoreLocation) -> anyhow::Result<SignInMove> {
    let settings = config.section::<ebay::Settings>("ebay")?;
    if settings.refresh_token.is_some() {
        return Ok(SignInMove::InEnvironment);
    }
    let is_in_file = TokenStore::for_settings(&settings).read_credentials().consent.is_some();
    let key = config.encryption_key()?;
    if from.database().is_none() && !is_in_file {
        return Ok(SignInMove::NotSignedIn);
    }
    let Some(key) = key else {
        return Ok(if is_in_file { SignInMove::InFile } else { SignInMove::WithoutKey });
    };
    if let Some(database) = to.database() {
        let values = SealedValues::open(database, key).await?;
        if is_in_file {
            SharedSignIn::new(&settings, values).overwrite().await?;
        }
    } else if let Some(database) = from.database() {
        let is_in_data_dir = settings.credentials_dir.starts_with(from.data_dir());
        let folder = if is_in_data_dir { to.data_dir().to_owned() } else { settings.credentials_dir.clone() };
        let settings = ebay::Settings { credentials_dir: folder, ..settings };
        SharedSignIn::new(&settings, SealedValues::open(database, key).await?).synchronize().await?;
    } else {
        return Ok(SignInMove::InFile);
    }
    Ok(SignInMove::Moved)
}

fn describe_move(target_name: &str, target: &StoreLocation, moved: &CopiedStore, old_file: Option<&Path>) -> String {
    let JournalContents { jobs, events, ledger_entries, .. } = moved.contents;
    let old_store = old_file.map_or_else(
        || "The old database is unchanged; delete it when you no longer need it.".to_owned(),
        |file| format!("The old file is kept as {}.", file.display()),
    );
    let next = if target.database().is_some() {
        "Next: set DATABASE_URL to this database; without it, an empty journal in files is used.".to_owned()
    } else {
        format!("Next: remove DATABASE_URL, and set DRAFT_MAKER_DATA_DIR to {target_name}.")
    };
    let lists = describe_lists(&moved.lists);
    format!("Moved to {target_name}: {}{lists}\n{old_store}\n{next}\n", describe_contents(jobs, events, ledger_entries))
}

/// Counts what a store contains: `1 batch, 12 events, 3 drafts in the ledger`.
fn describe_contents(jobs: u64, events: u64, drafts: u64) -> String {
    let (jobs, events) = (format_count(jobs, "batch", "batches"), format_count(events, "event", "events"));
    format!("{jobs}, {events}, {} in the ledger", format_count(drafts, "draft", "drafts"))
}

/// Returns the rest of the sentence about what was moved.
fn describe_lists(lists: &MovedLists) -> String {
    let mut text = match lists.moved {
        0 => ".".to_owned(),
        1 => ", 1 uploaded list.".to_owned(),
        moved => format!(", {moved} uploaded lists."),
    };
    for (path, error) in &lists.unwritten {
        let path = path.display();
        let _ = write!(
            text,
            "\nAn uploaded list cannot be written to {path}: {error}. Start its batch again with the list."
        );
    }
    text
}

/// Sizes of everything that Draft Maker stores.
#[derive(Serialize)]
struct StoreSizes {
    data_dir: PathBuf,
    journal: StoredFiles,
    /// Contents of the journal; `None` if it cannot be read.
    contents: Option<JournalContents>,
    response_cache: StoredFiles,
    uploads: StoredFiles,
    catalog: StoredFiles,
    logs: StoredFiles,
    results: StoredFiles,
    /// Copies of damaged files.
    damaged: StoredFiles,
    /// Free bytes on the disk of the data folder.
    free_bytes: u64,
}

/// Path, number and size of the files of one kind.
#[derive(Serialize)]
struct StoredFiles {
    path: PathBuf,
    files: u64,
    bytes: u64,
}

impl StoredFiles {
    /// Counts the files of a folder and of all folders in it.
    fn in_tree(folder: &Path) -> Self {
        let mut counted = Self::in_folder(folder, |_| true);
        for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let Self { files, bytes, .. } = Self::in_tree(&entry.path());
                counted.files += files;
                counted.bytes += bytes;
            }
        }
        counted
    }

    /// Counts the files of `folder` whose names match, without subfolders.
    fn in_folder(folder: &Path, matches: impl Fn(&str) -> bool) -> Self {
        let mut counted = Self { path: folder.to_owned(), files: 0, bytes: 0 };
        for entry in std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok) {
            let Ok(metadata) = entry.metadata() else { continue };
            if metadata.is_file() && matches(&entry.file_name().to_string_lossy()) {
                counted.files += 1;
                counted.bytes += metadata.len();
            }
        }
        counted
    }

    /// Counts the files of a database, including its write-ahead log.
    fn for_database(data_dir: &Path, name: &str) -> Self {
        let is_of_database = |file: &str| file == name || matches!(file.strip_prefix(name), Some("-wal" | "-shm"));
        Self { path: data_dir.join(name), ..Self::in_folder(data_dir, is_of_database) }
    }
}

async fn show_sizes(config: &Config, store: &StoreLocation, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let data_dir = store.data_dir();
    let any = |_: &str| true;
    let batch = config.section::<BatchSettings>("batch")?;
    let (output, cache_dir) = (batch.local_output_folder(), batch.cache_dir);
    let sizes = StoreSizes {
        journal: match store.database() {
            None => StoredFiles::for_database(data_dir, "journal.db"),
            Some(database) => StoredFiles {
                path: database.to_string().into(),
                files: 0,
                bytes: read_database_bytes(store).await.ok().flatten().unwrap_or_default(),
            },
        },
        contents: read_journal_contents(store).await.ok(),
        response_cache: StoredFiles::for_database(&cache_dir, "answers.db"),
        uploads: StoredFiles::in_tree(&uploads_folder(data_dir)),
        catalog: StoredFiles::in_folder(&config.section::<CatalogSettings>("catalog")?.folder(data_dir), any),
        logs: StoredFiles::in_folder(&config.section::<logging::Settings>("log")?.directory, any),
        results: StoredFiles::in_folder(&output, retention::is_result_file),
        damaged: StoredFiles::in_folder(data_dir, |name| name.contains(".damaged")),
        free_bytes: server::diagnostics::free_disk_bytes(data_dir)?,
        data_dir: data_dir.to_owned(),
    };
    print_stdout(&match format {
        OutputFormat::Json => format!("{}\n", serde_json::to_string_pretty(&sizes)?),
        OutputFormat::Text => describe_sizes(&sizes),
    })
}

fn describe_sizes(sizes: &StoreSizes) -> String {
    let mut text = String::new();
    let mut row = |name: &str, stored: &StoredFiles, detail: &str| {
        let detail = if detail.is_empty() { String::new() } else { format!("  ({detail})") };
        let size = indicatif::HumanBytes(stored.bytes).to_string();
        let _ = writeln!(text, "{name:<16}{size:>12}  {}{detail}", stored.path.display());
    };
    let contents = sizes.contents.as_ref().map_or_else(
        || "it cannot be read: `draft-maker store check`".to_owned(),
        |contents| {
            let ledger = indicatif::HumanBytes(contents.ledger_bytes);
            let counts = describe_contents(contents.jobs, contents.events, contents.ledger_entries);
            format!("{counts}, {ledger}")
        },
    );
    row("Journal", &sizes.journal, &contents);
    row("Response cache", &sizes.response_cache, "");
    row("Uploaded lists", &sizes.uploads, "");
    row("Offline catalog", &sizes.catalog, "");
    row("Logs", &sizes.logs, "");
    row("Result files", &sizes.results, &format_count(sizes.results.files, "file", "files"));
    if sizes.damaged.files > 0 {
        row("Damaged copies", &sizes.damaged, "delete them when you no longer need them");
    }
    let _ = writeln!(text, "{:<16}{:>12}", "Free", indicatif::HumanBytes(sizes.free_bytes).to_string());
    text
}

async fn check_store(store: &StoreLocation, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let check = check_journal(store).await?;
    print_stdout(&match format {
        OutputFormat::Json => format!("{}\n", serde_json::to_string_pretty(&check_to_json(&check))?),
        OutputFormat::Text => describe_check(&check),
    })?;
    Ok(if check.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FAILED) })
}

fn check_to_json(check: &JournalCheck) -> serde_json::Value {
    serde_json::json!({
        "path": check.path,
        "exists": check.exists,
        "sound": check.is_sound(),
        "batches": check.jobs,
        "events": check.events,
        "ledger_entries": check.ledger_entries,
        "problems": check.problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn describe_check(check: &JournalCheck) -> String {
    let path = check.path.display();
    if !check.exists {
        return format!("There is no journal yet: {path}\n");
    }
    if check.is_sound() {
        let counts = describe_contents(check.jobs, check.events, check.ledger_entries);
        return format!("{path} is sound: {counts}.\n");
    }
    let mut text = format!("{path} is damaged:\n");
    for problem in check.problems.iter().take(MAX_PRINTED_PROBLEMS) {
        let _ = writeln!(text, "  {}", strip_terminal_controls(&problem.to_string()));
    }
    if let Some(more) = check.problems.len().checked_sub(MAX_PRINTED_PROBLEMS).filter(|more| *more > 0) {
        let _ = writeln!(text, "  and {more} more");
    }
    text.push_str(if check.may_be_of_later_version() {
        "fix: use the later version of Draft Maker that wrote these events.\n"
    } else {
        "fix: stop Draft Maker, then `draft-maker store repair` keeps a copy and saves what can be read. If you have a \
         newer backup, restore that instead.\n"
    });
    text
}

async fn repair_store(data_dir: &Path, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let report = match repair_journal(data_dir, Timestamp::now()).await? {
        JournalRepair::Repaired(report) => report,
        JournalRepair::NotNeeded(check) => {
            print_check(&check, format)?;
            return Ok(ExitCode::SUCCESS);
        }
        JournalRepair::LaterVersion(check) => {
            print_check(&check, format)?;
            return Ok(ExitCode::from(EXIT_FAILED));
        }
    };
    print_stdout(&match format {
        OutputFormat::Json => format!("{}\n", serde_json::to_string_pretty(&report)?),
        OutputFormat::Text => describe_repair(&report),
    })?;
    Ok(if report.is_complete() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_INCOMPLETE) })
}

fn print_check(check: &JournalCheck, format: OutputFormat) -> io::Result<()> {
    let text = match format {
        OutputFormat::Json => format!("{}\n", check_to_json(check)),
        OutputFormat::Text => describe_check(check),
    };
    print_stdout(&text).map(drop).map_err(io::Error::other)
}

fn describe_repair(report: &RepairReport) -> String {
    let mut text = format!(
        "Repaired. The damaged file is kept as {}.\nSaved: {}.\n",
        report.copy.display(),
        describe_contents(report.jobs, report.events, report.ledger_entries)
    );
    if report.is_complete() {
        text.push_str("Nothing is lost.\n");
        return text;
    }
    if report.is_all_lost {
        text.push_str("Lost: everything. No part of the file can be read; if you have a backup, restore it.\n");
    }
    let mut lost = |count: u64, what: &str| {
        if count > 0 {
            let _ = writeln!(text, "Lost: {count} {what}");
        }
    };
    lost(report.lost_events, "events that cannot be read.");
    lost(report.dropped_events, "events that follow from lost ones.");
    lost(report.lost_ledger_entries, "or fewer entries of the ledger of drafts.");
    if report.are_sellers_lost {
        text.push_str("Lost: which drafts belong to which seller; each draft now counts for every seller.\n");
    }
    if report.are_requests_lost {
        text.push_str(
            "Lost: which lists were received before. A watched folder runs the lists that are still in it again: items \
             with a draft get no second one.\n",
        );
    }
    if report.is_end_lost {
        text.push_str("Lost: the newest events; their number is not known.\n");
    }
    if report.lost_ledger_entries > 0 || report.is_all_lost || report.is_end_lost {
        text.push_str(
            "Drafts on eBay are found again by their SKU. Items that are only in a drafts file can be exported again: \
             compare before you upload.\n",
        );
    }
    text.push_str("Next: `draft-maker jobs` shows the batches, `draft-maker resume` continues an unfinished one.\n");
    text
}
