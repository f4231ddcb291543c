//! The health of the service. Checking it sends no request to an upstream service.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::health_checks::{self, DISK_CHECK, JOURNAL_CHECK, OUTPUT_CHECK, failed_check, passed_check};
use super::owner_request::get_from_owner;
use api::service::{HealthCheck, HealthResponse, HealthStatus};
use domain::job::JobState;
use domain::output_location::OutputLocation;
use pipeline::app_context::AppContext;
use store::forwarded_calls::CallStore;
use store::journal::Journal;

/// Time for which a result is reused, so that frequent probes do not keep the disk busy.
const HEALTH_CACHE_TTL: Duration = Duration::from_secs(2);

/// How long to wait for the worker: twice this time is less than a probe waits.
const WORKER_TIMEOUT: Duration = Duration::from_millis(1_500);

/// The latest result and its time.
#[derive(Default)]
pub(super) struct HealthCache(Mutex<Option<(Instant, HealthResponse)>>);

/// The parts of the service that the checks examine.
pub(super) struct HealthTarget<'a> {
    pub(super) context: &'a AppContext,
    pub(super) data_dir: PathBuf,
    /// Folder or bucket for result files.
    pub(super) output: OutputLocation,
    /// Where the worker is asked for its health; `None` if this process is the worker.
    pub(super) worker: Option<&'a CallStore>,
    pub(super) started_at: Instant,
}

impl HealthCache {
    /// Returns the latest result if it is fresh, and checks again otherwise. Concurrent callers share one check.
    pub(super) async fn get_or_check(&self, target: HealthTarget<'_>) -> HealthResponse {
        let mut latest = self.0.lock().await;
        if let Some((checked_at, health)) = &*latest
            && checked_at.elapsed() < HEALTH_CACHE_TTL
        {
            return health.clone();
        }
        let health = check_health(target).await;
        *latest = Some((Instant::now(), health.clone()));
        health
    }
}

async fn check_health(target: HealthTarget<'_>) -> HealthResponse {
    let uptime = target.started_at.elapsed();
    let jobs = count_jobs_by_state(&target.context.journal).await;
    let mut checks = health_checks::run_checks(target.context, target.data_dir, &target.output).await;
    if let Some(calls) = target.worker
        && target.context.journal.has_active_owner().await.unwrap_or_default()
    {
        checks.push(check_worker(calls).await);
    }
    HealthResponse {
        status: checks.iter().map(|check| check.status).max().unwrap_or(HealthStatus::Healthy),
        timestamp: Timestamp::now(),
        checks,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_seconds: uptime.as_secs(),
        jobs: jobs.into_iter().map(|(state, count)| (state.to_owned(), count)).collect(),
    }
}

/// Returns the number of jobs in each state; zeros if the journal cannot be read.
pub(super) async fn count_jobs_by_state(journal: &Journal) -> BTreeMap<&'static str, u64> {
    let mut counts: BTreeMap<_, _> = JobState::ALL.map(|state| (state.as_str(), 0)).into();
    for status in journal.job_statuses().await.unwrap_or_default() {
        *counts.entry(status.state.as_str()).or_default() += 1;
    }
    counts
}

/// Asks the worker for its health. Its journal, disk and folder for result files decide whether a batch can run; the
/// other checks have the same result in every process.
async fn check_worker(calls: &CallStore) -> HealthCheck {
    let answer = get_from_owner(calls, "/health", WORKER_TIMEOUT).await;
    let Some(health) = answer.and_then(|body| serde_json::from_slice::<HealthResponse>(&body).ok()) else {
        let detail = "the worker does not answer: batches wait, and changes may be refused";
        return failed_check("worker", HealthStatus::Degraded, detail, "wait, or check the worker's log");
    };
    let own = |check: &HealthCheck| [JOURNAL_CHECK, DISK_CHECK, OUTPUT_CHECK].contains(&check.name.as_str());
    let worst = health.checks.into_iter().filter(own).max_by_key(|check| check.status);
    match worst {
        Some(HealthCheck { name, status, detail, fix }) if status != HealthStatus::Healthy => {
            HealthCheck { name: "worker".to_owned(), status, detail: format!("{name}: {detail}"), fix }
        }
        _ => passed_check("worker", "it can record batches and write result files"),
    }
}
