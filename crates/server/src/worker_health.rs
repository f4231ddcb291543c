//! The health of the worker and of the services that it asks, as reported by a process that forwards requests to it.

use std::time::Duration;

use super::health_checks::{DISK_CHECK, JOURNAL_CHECK, OUTPUT_CHECK, failed_check, passed_check};
use super::owner_request::get_from_owner;
use api::service::{HealthCheck, HealthResponse, HealthStatus, UpstreamsResponse};
use domain::upstream_status::UpstreamStatus;
use store::forwarded_calls::CallStore;

/// How long to wait for the worker: twice this time is less than a probe waits.
const WORKER_TIMEOUT: Duration = Duration::from_millis(1_500);

/// The health of the worker.
pub(super) struct WorkerHealth {
    /// Its journal, disk and folder for result files, which decide whether a batch can run.
    pub(super) check: HealthCheck,
    /// Its other checks. Those of upstream services differ between the processes, because only the worker sends requests to the
    /// services. Empty if the worker does not answer.
    pub(super) others: Vec<HealthCheck>,
}

/// Asks the worker for its health.
pub(super) async fn check_worker(calls: &CallStore) -> WorkerHealth {
    let answer = get_from_owner(calls, "/health", WORKER_TIMEOUT).await;
    let Some(health) = answer.and_then(|body| serde_json::from_slice::<HealthResponse>(&body).ok()) else {
        let detail = "the worker does not answer: batches wait, and changes may be refused";
        let check = failed_check("worker", HealthStatus::Degraded, detail, "wait, or check the worker's log");
        return WorkerHealth { check, others: Vec::new() };
    };
    let own = |check: &HealthCheck| [JOURNAL_CHECK, DISK_CHECK, OUTPUT_CHECK].contains(&check.name.as_str());
    let (own, others): (Vec<_>, Vec<_>) = health.checks.into_iter().partition(own);
    let worst = own.into_iter().max_by_key(|check| check.status);
    let check = match worst {
        Some(HealthCheck { name, status, detail, fix }) if status != HealthStatus::Healthy => {
            HealthCheck { name: "worker".to_owned(), status, detail: format!("{name}: {detail}"), fix }
        }
        _ => passed_check("worker", "it can record batches and write result files"),
    };
    WorkerHealth { check, others }
}

/// Asks the worker for the status of the upstream services. `None` if it does not answer.
pub(super) async fn worker_upstreams(calls: &CallStore) -> Option<Vec<UpstreamStatus>> {
    let answer = get_from_owner(calls, "/api/upstreams", WORKER_TIMEOUT).await?;
    serde_json::from_slice::<UpstreamsResponse>(&answer).ok().map(|answer| answer.upstreams)
}
