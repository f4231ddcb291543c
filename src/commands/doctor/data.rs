//! Checks the data folder, the folder for results, and the free disk space.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::check::DoctorCheck;
use crate::bootstrap::{self, OfflineCatalogStatus};
use crate::commands::catalog_output::{CATALOGS_OFF, MAX_CATALOG_AGE_DAYS};
use crate::config::{BatchSettings, Config, OldFolder};
use api::service_file::ServiceInfo;
use catalog::Database;
use domain::text::count::format_count;
use jiff::Timestamp;
use pipeline::result_storage::check_output;
use server::diagnostics::{self, LOW_DISK_BYTES};
use store::journal::Journal;

const PART: &str = "data";

const DISK_CHECK_NAME: &str = "disk";
const FREE_SPACE_HINT: &str = "free some space, or set DRAFT_MAKER_DATA_DIR to another disk";

pub(super) async fn check_data(config: &Config, batch: &BatchSettings) -> Vec<DoctorCheck> {
    let dir = batch.data_dir.as_path();
    let mut lines = vec![check_folder("data folder", dir, "DRAFT_MAKER_DATA_DIR")];
    lines.push(check_folder("cache folder", &batch.cache_dir, "batch.cache_dir"));
    if let Ok(log) = config.section::<crate::logging::Settings>("log") {
        lines.push(check_folder("log folder", &log.directory, "log.directory"));
    }
    lines.extend(config.old_folders().map(describe_old_folder));
    if dir.is_dir() {
        lines.push(check_owner(dir));
    }
    lines.extend(check_journal(config, dir).await);
    lines.extend(check_shared_sign_in(config).await);
    lines.extend(Database::ALL.map(|database| check_offline_catalog(config, database)));
    lines.push(check_folder("results", &batch.local_output_folder(), "OUTPUT_DIR"));
    lines.extend(check_bucket_uploads(config, batch).await);
    lines.push(check_disk(dir));
    lines
}

/// Reports the bucket for result files, and whether files wait to be uploaded; `None` if results stay on this machine.
async fn check_bucket_uploads(config: &Config, batch: &BatchSettings) -> Option<DoctorCheck> {
    let (name, output) = ("results bucket", batch.output_location());
    if !output.is_bucket() {
        return None;
    }
    if let Err(error) = check_output(&output) {
        return Some(DoctorCheck::fail(PART, name, error.to_string(), "correct OUTPUT_DIR"));
    }
    let unfinished = async { anyhow::Ok(bootstrap::result_storage(config)?.unfinished_jobs().await?) };
    Some(match unfinished.await {
        Ok(jobs) if jobs.is_empty() => DoctorCheck::ok(PART, name, format!("{output}: all files are there")),
        Ok(jobs) => {
            let found =
                format!("{output}: the files of {} are not there yet", format_count(jobs.len(), "batch", "batches"));
            let fix = "the next batch and a running service upload them; the log says why it failed";
            DoctorCheck::note(PART, name, found, fix)
        }
        Err(error) => DoctorCheck::fail(PART, name, format!("{error:#}"), "make the store readable"),
    })
}

/// Explains why a folder of an earlier version is used, and how to change that.
fn describe_old_folder(old: &OldFolder) -> DoctorCheck {
    let (what, name) =
        if old.setting == "log.directory" { ("its files", "log folder") } else { ("answers.db*", "cache folder") };
    let found = format!("{} is used because an earlier version left files there", old.path.display());
    let fix = format!("keep it; or, while Draft Maker does not run, move {what} to {}", old.standard.display());
    DoctorCheck::note(PART, name, found, fix)
}

/// Checks whether a folder is writable. Neither leaves a file behind nor creates the folder.
fn check_folder(name: &str, dir: &Path, variable: &str) -> DoctorCheck {
    let shown = dir.display();
    let fix =
        format!("make {} writable for this user, or set {variable}", diagnostics::nearest_existing(dir).display());
    match diagnostics::check_writable(dir) {
        Ok(()) if dir.exists() => {
            let owner = std::fs::metadata(dir).map(|of| format!(", owned by user {}", of.uid())).unwrap_or_default();
            DoctorCheck::ok(PART, name, format!("{shown}: writable{owner}"))
        }
        Ok(()) => DoctorCheck::ok(PART, name, format!("{shown}: will be created")),
        Err(error) => {
            let why = files::describe_io_error(&error);
            DoctorCheck::fail(PART, name, format!("{shown}: not writable ({why})"), fix)
        }
    }
}

fn check_owner(dir: &Path) -> DoctorCheck {
    let name = "owner";
    match (Journal::is_locked(dir), ServiceInfo::read_from(dir)) {
        (false, _) => DoctorCheck::ok(PART, name, "free: no other process uses the data"),
        (true, Some(service)) => {
            let found = format!("the service at {} (process {}); commands connect to it", service.address, service.pid);
            DoctorCheck::ok(PART, name, found)
        }
        (true, None) => DoctorCheck::ok(PART, name, "a batch of another process; wait until it ends"),
    }
}

fn check_offline_catalog(config: &Config, database: Database) -> DoctorCheck {
    let name = match database {
        Database::Discogs => "Discogs catalog",
        Database::MusicBrainz => "MusicBrainz catalog",
    };
    let update = "`draft-maker catalog update` says where to get a dump";
    match bootstrap::read_offline_catalog(config, database) {
        Ok(OfflineCatalogStatus::Present(info)) => {
            let age = info.dump_date.age_days(Timestamp::now());
            let found = format!(
                "{}, {} old, {} releases",
                info.dump_date.month(),
                format_count(age, "day", "days"),
                info.releases
            );
            if age > MAX_CATALOG_AGE_DAYS {
                DoctorCheck::note(PART, name, found, update)
            } else {
                DoctorCheck::ok(PART, name, found)
            }
        }
        Ok(OfflineCatalogStatus::Absent) => {
            DoctorCheck::note(PART, name, format!("none: every {database} lookup is a request"), update)
        }
        Ok(OfflineCatalogStatus::Disabled) => DoctorCheck::ok(PART, name, CATALOGS_OFF),
        Ok(OfflineCatalogStatus::Unreadable(error)) => DoctorCheck::fail(PART, name, error.to_string(), update),
        Err(error) => DoctorCheck::fail(PART, name, error.to_string(), update),
    }
}

/// Checks whether the journal can be read. Returns `None` if the journal is in files that do not exist yet.
async fn check_journal(config: &Config, dir: &Path) -> Option<DoctorCheck> {
    let name = "journal";
    let store = match config.store_location() {
        Ok(store) => store,
        Err(error) => return Some(DoctorCheck::fail(PART, name, error.to_string(), "correct the URL in DATABASE_URL")),
    };
    if store.database().is_none() && !dir.is_dir() {
        return None;
    }
    let prefix = store.database().map_or_else(String::new, |database| format!("{database}: "));
    let opened = async { Journal::open_read_only(&store).await?.job_ids().await };
    Some(match opened.await {
        Ok(jobs) => {
            let batches = format_count(jobs.len(), "batch", "batches");
            DoctorCheck::ok(PART, name, format!("{prefix}readable; {batches}"))
        }
        Err(error) if store.database().is_some() => {
            let fix = "check that the server runs, and the host, database, user and password in DATABASE_URL; a file of \
                       PGPASSFILE is ignored unless only you may read it (chmod 600)";
            DoctorCheck::fail(PART, name, error.to_string(), fix)
        }
        Err(error) => {
            let fix = "make it readable for this user; if it is damaged, restore a backup";
            DoctorCheck::fail(PART, name, error.to_string(), fix)
        }
    })
}

/// Checks whether the eBay sign-in can be stored in the database. Returns `None` if there is no database, or if the
/// sign-in comes from the environment.
async fn check_shared_sign_in(config: &Config) -> Option<DoctorCheck> {
    let name = "sign-in";
    let is_in_environment = config.section::<ebay::Settings>("ebay").is_ok_and(|ebay| ebay.refresh_token.is_some());
    if is_in_environment || config.store_location().ok()?.database().is_none() {
        return None;
    }
    let key = match config.encryption_key() {
        Ok(key) => key,
        Err(error) => {
            let fix = "make a key with `openssl rand -base64 32`";
            return Some(DoctorCheck::fail(PART, name, error.to_string(), fix));
        }
    };
    if key.is_none() {
        let fix = "to keep it in the database, set DRAFT_MAKER_ENCRYPTION_KEY (`openssl rand -base64 32` makes one)";
        return Some(DoctorCheck::note(PART, name, "the eBay sign-in stays in a file on this machine", fix));
    }
    let synchronized = async {
        match bootstrap::open_shared_sign_in(config).await? {
            Some(shared) => Ok(shared.synchronize().await?),
            None => anyhow::Ok(()),
        }
    };
    Some(match synchronized.await {
        Ok(()) => DoctorCheck::ok(PART, name, "the eBay sign-in is kept in the database, encrypted"),
        Err(error) => {
            let fix = "correct DRAFT_MAKER_ENCRYPTION_KEY, or run `draft-maker auth ebay` to store a new sign-in";
            DoctorCheck::fail(PART, name, format!("{error:#}"), fix)
        }
    })
}

fn check_disk(dir: &Path) -> DoctorCheck {
    match diagnostics::free_disk_bytes(dir) {
        Ok(free) => check_free_space(free, dir),
        Err(error) => DoctorCheck::fail(PART, DISK_CHECK_NAME, files::describe_io_error(&error), FREE_SPACE_HINT),
    }
}

/// Checks the free space on the disk that holds a folder.
fn check_free_space(bytes: u64, dir: &Path) -> DoctorCheck {
    let found = diagnostics::describe_free_space(bytes, dir);
    if bytes < LOW_DISK_BYTES {
        DoctorCheck::fail(PART, DISK_CHECK_NAME, found, FREE_SPACE_HINT)
    } else {
        DoctorCheck::ok(PART, DISK_CHECK_NAME, found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::DoctorCheckStatus;

    #[test]
    fn a_disk_that_is_nearly_full_fails_and_says_what_to_do() {
        let line = check_free_space(LOW_DISK_BYTES - 1, Path::new("data"));
        assert_eq!((line.state, line.found.as_str()), (DoctorCheckStatus::Fail, "1073 MB free for data"));
        assert!(line.fix.is_some_and(|fix| fix.contains("DRAFT_MAKER_DATA_DIR")));
        assert_eq!(check_free_space(LOW_DISK_BYTES, Path::new("data")).state, DoctorCheckStatus::Ok);
    }
}
