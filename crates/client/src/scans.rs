//! Scans into a job of the service.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::api_client::{ClientJobResponse, ServiceClient};
use super::error::ClientError;
use domain::condition::Condition;
use domain::job_spec::{Copies, JobId, JobSpec};
use domain::scan::ScanInput;
use domain::sink::SinkKind;
use domain::upc::Upc;

/// What is done with what will be scanned.
#[derive(Serialize)]
struct ClientCreateScanJobRequest {
    create_drafts: bool,
    test_mode: bool,
    condition: Option<Condition>,
    sink: SinkKind,
    copies: Copies,
}

/// What is left of an item after a scan of it was taken back.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct ClientDeleteScanResponse {
    pub upc: Upc,
    pub copies: u32,
}

impl ServiceClient {
    /// Begins a batch that is scanned; `key` begins it once, however often it is sent.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn create_scan_job(&self, spec: &JobSpec, key: &str) -> Result<JobId, ClientError> {
        let wanted = ClientCreateScanJobRequest {
            create_drafts: spec.create_drafts,
            test_mode: spec.test_mode,
            condition: spec.condition,
            sink: spec.sink,
            copies: spec.copies,
        };
        let request = self.post("/api/batch/scan", &wanted).header("Idempotency-Key", key);
        Ok(self.send_json::<ClientJobResponse>(request).await?.job_id)
    }

    /// Hands scans over, each once by its key.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn add_scans(&self, job: &JobId, scans: &[ScanInput]) -> Result<(), ClientError> {
        let scans = scans.iter().map(|scan| json!({"key": scan.key, "code": scan.code})).collect::<Vec<_>>();
        let request = self.post(&format!("/api/batch/jobs/{job}/scans"), &json!({"scans": scans}));
        self.send_json::<Value>(request).await.map(drop)
    }

    /// Takes a scan back.
    ///
    /// # Errors
    /// [`JoinError`], which says so where its draft is made already.
    pub async fn delete_scan(&self, job: &JobId, key: &str) -> Result<ClientDeleteScanResponse, ClientError> {
        self.send_json(self.delete(&format!("/api/batch/jobs/{job}/scans/{key}"))).await
    }

    /// Closes the list.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn close_scan_job(&self, job: &JobId) -> Result<(), ClientError> {
        self.send_json::<ClientJobResponse>(self.post(&format!("/api/batch/jobs/{job}/close"), &json!({})))
            .await
            .map(drop)
    }
}
