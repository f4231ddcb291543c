//! `draft-maker catalog update`: describes where the newest dumps are, or downloads and imports them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use catalog::{CatalogInfo, Database, DumpFile, ImportError, find_checksum};
use files::{FileLock, LockError};
use jiff::Timestamp;

use super::catalog_import::{import_with_progress, new_progress_bar};
use super::catalog_output::{FoundCatalog, print_imported, print_message, read_catalogs};
use super::dump_download::{download_file, write_error};
use super::dump_server::{DownloadError, DumpServer, NewestDump};
use crate::cli::OutputFormat;
use crate::commands::error::UsageError;
use crate::config::{CatalogSettings, Config};

/// Folder of downloads that are not imported yet, inside the folder of the catalogs.
const DOWNLOAD_FOLDER: &str = "downloads";

/// Lock file held by the process that downloads.
const DOWNLOAD_LOCK_FILE: &str = "download.lock";

/// The catalogs to update.
pub(super) struct UpdatedCatalogs {
    /// Folder of the catalogs.
    pub(super) folder: PathBuf,
    /// Database named on the command line; `None` updates every existing catalog.
    pub(super) only: Option<Database>,
}

impl UpdatedCatalogs {
    pub(super) fn update(
        &self,
        config: &Config,
        is_download: bool,
        format: OutputFormat,
        quiet: bool,
    ) -> anyhow::Result<ExitCode> {
        let catalogs = read_catalogs(&self.folder);
        if !is_download {
            return print_message(&self.describe_update(config, &catalogs)?, format);
        }
        let databases = match self.only {
            Some(database) => vec![database],
            None => catalogs.iter().map(|catalog| catalog.database).collect(),
        };
        if databases.is_empty() {
            return Err(UsageError(
                "there is no offline catalog to update; fix: name the database, as in `draft-maker catalog update \
                 --download discogs` (about 11 GB) or `draft-maker catalog update --download musicbrainz` (about 23 GB)"
                    .to_owned(),
            )
            .into());
        }
        let runtime = tokio::runtime::Runtime::new()?;
        for database in databases {
            let current = catalogs.iter().filter_map(FoundCatalog::info).find(|info| info.database == database);
            self.update_database(config, &runtime, (database, current), format, quiet)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Downloads and imports the newest dump of a database, unless the catalog was built from it.
    fn update_database(
        &self,
        config: &Config,
        runtime: &tokio::runtime::Runtime,
        (database, current): (Database, Option<&CatalogInfo>),
        format: OutputFormat,
        quiet: bool,
    ) -> anyhow::Result<ExitCode> {
        let server = runtime.block_on(DumpServer::new(config, database))?;
        let newest = runtime.block_on(server.find_newest_dump())?;
        if let Some(current) = current.filter(|current| current.dump_date >= newest.date) {
            let text =
                format!("The offline catalog of {database} is up to date: the newest dump is of {}.\n", newest.date);
            tracing::debug!(source = current.source, "nothing to download");
            return print_message(&text, format);
        }
        let lock = lock_downloads(&self.folder)?;
        let folder = prepare_folder(&download_folder(&self.folder, database), &newest.stamp)?;
        let dump = runtime.block_on(download_dump(&server, &newest, &folder, quiet))?;
        let imported = DumpFile::open(&dump)
            .and_then(|file| import_with_progress(file.with_server_date(newest.date), &self.folder, quiet))
            .map_err(|error| discard_damaged_dump(&dump, &error))?;
        // The catalog is complete, so the download is no longer needed.
        std::fs::remove_dir_all(&folder).map_err(|error| write_error(&folder, error))?;
        drop(lock);
        print_imported(&self.folder, imported, format)
    }

    /// Describes what to download, and how without Draft Maker, because the server of Discogs refuses many data
    /// centers.
    fn describe_update(&self, config: &Config, catalogs: &[FoundCatalog]) -> anyhow::Result<String> {
        let settings = config.section::<CatalogSettings>("catalog")?;
        let describe = |database: Database| {
            let current = match catalogs.iter().find(|catalog| catalog.database == database).map(FoundCatalog::info) {
                Some(Some(info)) => format!("of {}", info.dump_date),
                Some(None) => "damaged, see `draft-maker catalog status`".to_owned(),
                None => "none yet".to_owned(),
            };
            let address = settings.dump_address(database);
            match database {
                Database::Discogs => describe_discogs(&address, &current),
                Database::MusicBrainz => describe_musicbrainz(&address, &current),
            }
        };
        let databases = Database::ALL.into_iter().filter(|database| self.only.is_none_or(|only| only == *database));
        Ok(databases.map(describe).collect::<Vec<_>>().join("\n"))
    }
}

/// Returns the folder of the downloads for a database.
fn download_folder(folder: &Path, database: Database) -> PathBuf {
    folder.join(DOWNLOAD_FOLDER).join(database.as_str())
}

fn lock_downloads(folder: &Path) -> Result<FileLock, DownloadError> {
    let downloads = folder.join(DOWNLOAD_FOLDER);
    FileLock::try_acquire(&downloads.join(DOWNLOAD_LOCK_FILE)).map_err(|error| match error {
        LockError::Held => DownloadError::Busy,
        LockError::Io(error) => write_error(&downloads, error),
    })
}

/// Removes the downloads for a database that were not imported. Returns false if there are none.
pub(super) fn remove_downloads(folder: &Path, database: Database) -> Result<bool, DownloadError> {
    let downloads = download_folder(folder, database);
    if !downloads.exists() {
        return Ok(false);
    }
    let _lock = lock_downloads(folder)?;
    let has_files = std::fs::read_dir(&downloads).is_ok_and(|mut files| files.next().is_some());
    std::fs::remove_dir_all(&downloads).map_err(|error| write_error(&downloads, error))?;
    Ok(has_files)
}

/// Creates the folder for a dump and removes the folders of other dumps of the database.
fn prepare_folder(for_database: &Path, stamp: &str) -> Result<PathBuf, DownloadError> {
    let folder = for_database.join(stamp);
    std::fs::create_dir_all(&folder).map_err(|error| write_error(&folder, error))?;
    for entry in std::fs::read_dir(for_database).into_iter().flatten().flatten() {
        if entry.path() != folder {
            // A folder that cannot be removed only takes space; the next update tries again.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    Ok(folder)
}

/// Downloads the releases and the checksums.
async fn download_dump(
    server: &DumpServer,
    dump: &NewestDump,
    folder: &Path,
    quiet: bool,
) -> Result<PathBuf, DownloadError> {
    let sums = folder.join(&dump.checksums.name);
    let text = server.read_text(&dump.checksums.url).await?;
    if find_checksum(&text, &dump.releases.name).is_none() {
        let (file, name) = (dump.checksums.name.clone(), dump.releases.name.clone());
        return Err(DownloadError::Unlisted { host: server.host_name(), file, name });
    }
    files::write_atomic(&sums, text.as_bytes()).map_err(|error| write_error(&sums, error))?;
    let bar = new_progress_bar(quiet);
    let path = download_file(server, &dump.releases, folder, &bar).await;
    bar.finish_and_clear();
    path
}

/// Removes a damaged download, because resuming it cannot help, and returns the error to report.
fn discard_damaged_dump(dump: &Path, error: &ImportError) -> anyhow::Error {
    let path = dump.display();
    let (outcome, fix) = if !error.is_damaged_file() {
        (format!("the downloaded file stays at {path}"), error.fix())
    } else if let Err(error) = std::fs::remove_file(dump) {
        let fix = format!("remove {path}, then run the command again");
        (format!("the downloaded file cannot be removed ({})", files::describe_io_error(&error)), fix)
    } else {
        let fix = "run the command again, which downloads it from the beginning";
        ("the downloaded file is removed".to_owned(), fix.to_owned())
    };
    anyhow::anyhow!("{error}; the catalog is unchanged, and {outcome}; fix: {fix}")
}

fn describe_discogs(address: &str, current: &str) -> String {
    let today = jiff::tz::Offset::UTC.to_datetime(Timestamp::now()).date();
    let (year, month) = (today.strftime("%Y").to_string(), today.strftime("%Y%m01").to_string());
    let file = |kind: &str| format!("{address}?download=data%2F{year}%2Fdiscogs_{month}_{kind}");
    format!(
        "The offline catalog of Discogs: {current}. With it, Draft Maker sends no requests for searches and release pages to Discogs.
Discogs has a new dump each month, some days after the 1st:
  {address}?prefix=data%2F{year}%2F

To download and import the newest one (about 11 GB):
     draft-maker catalog update --download discogs

Or download the files yourself. If the server refuses this machine with status 403, as it does with many data centers, download at home
and copy the files.
1. Download the releases and the checksums into one folder. If the newest month is not out yet, take the
   one before. `-C -` resumes an interrupted download:
     curl -L -C - -o discogs_{month}_releases.xml.gz '{releases}'
     curl -L -o discogs_{month}_CHECKSUM.txt '{checksums}'
2. Import them:
     draft-maker catalog import discogs_{month}_releases.xml.gz
",
        releases = file("releases.xml.gz"),
        checksums = file("CHECKSUM.txt"),
    )
}

fn describe_musicbrainz(address: &str, current: &str) -> String {
    format!(
        "The offline catalog of MusicBrainz: {current}. With it, Draft Maker sends no requests to MusicBrainz, and \
         looks up no covers of used items.
MusicBrainz has two new dumps per week; LATEST names the newest one:
  {address}

To download and import the newest one (about 23 GB), which takes an hour or more:
     draft-maker catalog update --download musicbrainz

Or download the files yourself:
1. Download the releases and the checksums into one folder:
     latest=$(curl -fsS {address}LATEST)
     curl -C - -O \"{address}$latest/release.tar.xz\"
     curl -O \"{address}$latest/SHA256SUMS\"
2. Import them:
     draft-maker catalog import release.tar.xz
"
    )
}
