//! The health of the service. Checking it sends no request to an upstream service.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::{health_checks, worker_health};
use api::service::{HealthCheck, HealthResponse, HealthStatus};
use domain::job::JobState;
use domain::output_location::OutputLocation;
use pipeline::app_context::AppContext;
use store::forwarded_calls::CallStore;
use store::journal::Journal;

/// Time for which a result is reused, so that frequent probes do not keep the disk busy.
const HEALTH_CACHE_TTL: Duration = Duration::from_secs(2);

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
        let worker = worker_health::check_worker(calls).await;
        let asks_services = |check: &HealthCheck| {
            let mut services = target.context.upstreams.iter().map(|upstream| upstream.name().as_str());
            check.name == health_checks::CATALOGS_CHECK || services.any(|service| service == check.name)
        };
        for own in checks.iter_mut().filter(|check| asks_services(check)) {
            let of_worker = worker.others.iter().find(|check| check.name == own.name);
            *own = of_worker.unwrap_or(own).clone();
        }
        checks.push(worker.check);
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
