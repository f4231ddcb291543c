//! Scans into a job of the service.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::JoinError;
use super::link::{Named, Service};
use domain::batch::{Copies, JobId, Order};
use domain::condition::Condition;
use domain::scan::Scan;
use domain::upc::Upc;

/// What is done with what will be scanned.
#[derive(Serialize)]
struct Wanted<'a> {
    create_drafts: bool,
    test_mode: bool,
    condition: Option<Condition>,
    sink: &'a str,
    copies: Copies,
}

/// What is left of an item after a scan of it was taken back.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct TakenBack {
    pub upc: Upc,
    pub copies: u32,
}

impl Service {
    /// Begins a batch that is scanned; `key` begins it once, however often it is sent.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn begin_scans(&self, order: &Order, key: &str) -> Result<JobId, JoinError> {
        let wanted = Wanted {
            create_drafts: order.create_drafts,
            test_mode: order.test_mode,
            condition: order.condition,
            sink: &order.sink,
            copies: order.copies,
        };
        let request = self.post("/api/batch/scan", &wanted).header("Idempotency-Key", key);
        Ok(self.answered::<Named>(request).await?.job_id)
    }

    /// Hands scans over, each once by its key.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn scan(&self, job: &JobId, scans: &[Scan]) -> Result<(), JoinError> {
        let scans = scans.iter().map(|scan| json!({"key": scan.key, "code": scan.code})).collect::<Vec<_>>();
        let request = self.post(&format!("/api/batch/jobs/{job}/scans"), &json!({"scans": scans}));
        self.answered::<Value>(request).await.map(drop)
    }

    /// Takes a scan back.
    ///
    /// # Errors
    /// [`JoinError`], which says so where its draft is made already.
    pub async fn take_back(&self, job: &JobId, key: &str) -> Result<TakenBack, JoinError> {
        self.answered(self.delete(&format!("/api/batch/jobs/{job}/scans/{key}"))).await
    }

    /// Closes the list.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn close_scans(&self, job: &JobId) -> Result<(), JoinError> {
        self.answered::<Named>(self.post(&format!("/api/batch/jobs/{job}/close"), &json!({}))).await.map(drop)
    }
}
