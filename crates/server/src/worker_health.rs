//! The health of the worker, as reported by a process that forwards requests to it.

use std::time::Duration;

use super::health_checks::{DISK_CHECK, JOURNAL_CHECK, OUTPUT_CHECK, failed_check, passed_check};
use super::owner_request::get_from_owner;
use api::service::{HealthCheck, HealthResponse, HealthStatus};
use store::forwarded_calls::CallStore;

/// How long to wait for the worker: twice this time is less than a probe waits.
const WORKER_TIMEOUT: Duration = Duration::from_millis(1_500);

/// Asks the worker for its health. Its journal, disk and folder for result files decide whether a batch can run; the
/// other checks have the same result in every process.
pub(super) async fn check_worker(calls: &CallStore) -> HealthCheck {
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
