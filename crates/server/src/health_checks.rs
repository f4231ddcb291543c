//! The individual checks of `/health`: the journal, disk, output, credentials, upstream services and data sources.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use super::diagnostics::{self, CRITICAL_DISK_BYTES, LOW_DISK_BYTES};
use api::service::{HealthCheck, HealthStatus};
use domain::output_location::OutputLocation;
use domain::provider::Provider;
use domain::text::count::format_count;
use ebay::EbayClient;
use input::gcs;
use pipeline::app_context::AppContext;
use store::journal::{Journal, JournalError};
use upstream::{CircuitState, UpstreamClient};

/// Age of a known sign-in error after which eBay is asked again.
const SIGN_IN_CHECK_INTERVAL: Duration = Duration::from_secs(15);

/// Names of the checks whose results differ between the processes of a store.
pub(super) const JOURNAL_CHECK: &str = "journal";
pub(super) const DISK_CHECK: &str = "disk";
pub(super) const OUTPUT_CHECK: &str = "output";
pub(super) const CATALOGS_CHECK: &str = "catalogues";

/// Runs the checks of a process that has no API: its disk, and the folder for result files. Creates no folder.
pub fn check_folders(data_dir: &Path, output: &Path) -> Vec<HealthCheck> {
    vec![check_disk(data_dir), check_output(output, diagnostics::check_writable(output))]
}

/// Runs all checks.
pub(super) async fn run_checks(context: &AppContext, data_dir: PathBuf, output: &OutputLocation) -> Vec<HealthCheck> {
    let output_dir = context.results.local_folder(output);
    let mut checks = vec![check_journal(&context.journal).await];
    let google = context.intake.gcs.clone();
    let file_checks = tokio::task::spawn_blocking(move || {
        [check_disk(&data_dir), check_output_folder(&output_dir), check_google_credentials(&google)]
    });
    checks.extend(file_checks.await.into_iter().flatten());
    if output.is_bucket() {
        checks.push(check_bucket_uploads(context, output).await);
    }
    checks.push(check_ebay_sign_in(context.ebay.as_ref()));
    checks.extend(context.upstreams.iter().map(check_circuit));
    checks.push(check_catalogs(context));
    checks
}

pub(super) fn passed_check(name: &str, detail: impl Into<String>) -> HealthCheck {
    HealthCheck { name: name.to_owned(), status: HealthStatus::Healthy, detail: detail.into(), fix: None }
}

pub(super) fn failed_check(name: &str, status: HealthStatus, detail: impl Into<String>, fix: &str) -> HealthCheck {
    HealthCheck { name: name.to_owned(), status, detail: detail.into(), fix: Some(fix.to_owned()) }
}

async fn check_journal(journal: &Journal) -> HealthCheck {
    let written = match journal.check_writable().await {
        Ok(()) => journal.recent_write_error().map_or(Ok(()), Err),
        failed => failed,
    };
    match written {
        Ok(()) => passed_check(JOURNAL_CHECK, "it can be written"),
        Err(JournalError::ReadOnly) => match journal.has_active_owner().await {
            Ok(true) => passed_check(JOURNAL_CHECK, "it can be read; a worker writes it"),
            Ok(false) => {
                let detail = "it can be read, but no worker is running: batches wait, and changes are refused";
                failed_check(JOURNAL_CHECK, HealthStatus::Degraded, detail, "start `draft-maker serve --role worker`")
            }
            Err(error) => {
                failed_check(JOURNAL_CHECK, HealthStatus::Unhealthy, error.to_string(), "check the database server")
            }
        },
        Err(error @ (JournalError::DatabaseUnreachable { .. } | JournalError::Database { .. })) => {
            failed_check(JOURNAL_CHECK, HealthStatus::Unhealthy, error.to_string(), "check the database server")
        }
        Err(error @ JournalError::DiskFull { .. }) => {
            failed_check(JOURNAL_CHECK, HealthStatus::Unhealthy, error.to_string(), "free some space")
        }
        Err(error @ JournalError::FileMoved { .. }) => {
            failed_check(JOURNAL_CHECK, HealthStatus::Unhealthy, error.to_string(), "put the data folder back")
        }
        Err(error) => {
            failed_check(JOURNAL_CHECK, HealthStatus::Unhealthy, error.to_string(), "make the data folder writable")
        }
    }
}

fn check_disk(data_dir: &Path) -> HealthCheck {
    let free = match diagnostics::free_disk_bytes(data_dir) {
        Ok(free) => free,
        Err(error) => {
            return failed_check(
                DISK_CHECK,
                HealthStatus::Degraded,
                files::describe_io_error(&error),
                "check the data folder",
            );
        }
    };
    let detail = diagnostics::describe_free_space(free, data_dir);
    let fix = "free some space";
    match free {
        0..CRITICAL_DISK_BYTES => failed_check(DISK_CHECK, HealthStatus::Unhealthy, detail, fix),
        CRITICAL_DISK_BYTES..LOW_DISK_BYTES => failed_check(DISK_CHECK, HealthStatus::Degraded, detail, fix),
        _ => passed_check(DISK_CHECK, detail),
    }
}

/// Checks that result files can be written; creates their folder.
fn check_output_folder(folder: &Path) -> HealthCheck {
    check_output(folder, std::fs::create_dir_all(folder).and_then(|()| diagnostics::check_writable(folder)))
}

fn check_output(folder: &Path, written: io::Result<()>) -> HealthCheck {
    match written {
        Ok(()) => passed_check(OUTPUT_CHECK, format!("result files can be written to {}", folder.display())),
        Err(error) => {
            let why = files::describe_io_error(&error);
            let detail = format!("result files cannot be written to {}: {why}", folder.display());
            let fix = if error.kind() == io::ErrorKind::StorageFull {
                "free some space, or set OUTPUT_DIR"
            } else {
                "make the folder writable, or set OUTPUT_DIR"
            };
            failed_check(OUTPUT_CHECK, HealthStatus::Unhealthy, detail, fix)
        }
    }
}

/// Checks that the result files of all batches are in the bucket.
async fn check_bucket_uploads(context: &AppContext, output: &OutputLocation) -> HealthCheck {
    let name = "results bucket";
    match context.results.unfinished_jobs().await {
        Ok(jobs) if jobs.is_empty() => passed_check(name, format!("all result files are in {output}")),
        Ok(jobs) => {
            let batches = format_count(jobs.len(), "batch", "batches");
            let detail = format!("the result files of {batches} are not in {output} yet");
            let fix = "wait: Draft Maker retries the upload; the log has the reason";
            failed_check(name, HealthStatus::Degraded, detail, fix)
        }
        Err(error) => failed_check(name, HealthStatus::Degraded, error.to_string(), "check the store"),
    }
}

fn check_google_credentials(settings: &gcs::Settings) -> HealthCheck {
    match gcs::credentials_seen(settings) {
        Ok(found) => passed_check("google credentials", found),
        Err(why) => {
            // Uploaded lists and running jobs need no credentials, so the service is only degraded.
            let fix = "set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file";
            failed_check("google credentials", HealthStatus::Degraded, why.to_string(), fix)
        }
    }
}

fn check_ebay_sign_in(ebay: Option<&EbayClient>) -> HealthCheck {
    let Some(ebay) = ebay else { return passed_check("ebay sign-in", "no eBay developer keyset; drafts go to files") };
    let fix = ebay.tokens().sign_in_remedy();
    let until = ebay.tokens().store().read_credentials().consent.and_then(|consent| consent.until);
    match until {
        _ if !ebay.tokens().has_consent() => {
            failed_check("ebay sign-in", HealthStatus::Degraded, "no seller is signed in", fix)
        }
        Some(until) if until < Timestamp::now() => {
            failed_check("ebay sign-in", HealthStatus::Degraded, format!("the authorization expired {until}"), fix)
        }
        _ => match ebay.tokens().known_sign_in_error() {
            Some(error) => {
                verify_sign_in_later(ebay);
                failed_check("ebay sign-in", HealthStatus::Degraded, error.to_string(), fix)
            }
            None => passed_check("ebay sign-in", "a seller is signed in"),
        },
    }
}

/// Asks eBay in the background whether it accepts the seller again, but not before a known error is
/// [`SIGN_IN_CHECK_INTERVAL`] old.
fn verify_sign_in_later(ebay: &EbayClient) {
    if ebay.tokens().sign_in_error_age().is_some_and(|age| age >= SIGN_IN_CHECK_INTERVAL) {
        let ebay = ebay.clone();
        tokio::spawn(async move { ebay.verify_sign_in().await.ok() });
    }
}

/// Checks that at least one service that finds releases by barcode is available. Without one, every item waits.
fn check_catalogs(context: &AppContext) -> HealthCheck {
    let is_unavailable = |provider: &Provider| {
        let mut upstreams = context.upstreams.iter().filter(|upstream| upstream.name().as_str() == provider.as_str());
        upstreams.any(|upstream| matches!(upstream.snapshot().circuit, CircuitState::Open { .. }))
    };
    if context.gateway.searchable_providers().all(|provider| is_unavailable(&provider)) {
        let fix = "wait; items wait too, and Draft Maker retries";
        return failed_check(CATALOGS_CHECK, HealthStatus::Degraded, "no data source that finds barcodes answers", fix);
    }
    passed_check(CATALOGS_CHECK, "a data source that finds barcodes answers")
}

fn check_circuit(upstream: &UpstreamClient) -> HealthCheck {
    let name = upstream.name().as_str();
    match upstream.snapshot().circuit {
        CircuitState::Closed => passed_check(name, "available"),
        CircuitState::HalfOpen => failed_check(name, HealthStatus::Degraded, "being retried after failures", "wait"),
        CircuitState::Open { until } => {
            let detail = format!("paused until {until} after too many failures");
            failed_check(name, HealthStatus::Degraded, detail, "wait; items that need it wait too")
        }
    }
}
