//! Requests of the scan screen to the backend, and their replies.

use std::time::Duration;

use super::backend::{Backend, ScanSendError, UserMessage};
use domain::job_spec::{JobId, JobSpec};
use domain::scan::ScanInput;

/// Delay before a request is repeated while the service does not answer.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// A request of the scan screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanEffect {
    /// Finds the batch that accepts scans. `is_retry` is true if the request failed before.
    FindActiveJob {
        is_retry: bool,
    },
    /// Returns the settings of the batch that the first scan would start.
    DescribeNextJob,
    /// Starts a batch that accepts scans. `key` is its idempotency key. `is_retry` is true if the service did not
    /// answer before.
    CreateJob {
        key: String,
        is_retry: bool,
    },
    /// Sends scans that the batch does not have yet.
    SendScans {
        job: JobId,
        scans: Vec<ScanInput>,
        is_retry: bool,
    },
    UndoScan {
        job: JobId,
        key: String,
    },
    CloseJob {
        job: JobId,
    },
    /// Writes this text to a new file or object.
    SaveList {
        to: String,
        text: String,
    },
    /// Waits for the time without a key that ends a scan. `after_key` is the number of the last key.
    WaitForIdle {
        after_key: u64,
        timeout: Duration,
    },
}

/// A reply to the scan screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanReply {
    ActiveJobFound(Result<Option<JobId>, UserMessage>),
    NextJobDescribed(Result<Box<JobSpec>, UserMessage>),
    JobCreated(Result<JobId, ScanSendError>),
    /// The scans with these idempotency keys were sent.
    ScansSent {
        job: JobId,
        keys: Vec<String>,
        result: Result<(), ScanSendError>,
    },
    ScanUndone(Result<String, UserMessage>),
    JobClosed {
        job: JobId,
        result: Result<(), UserMessage>,
    },
    /// The list was saved to this address.
    ListSaved(Result<String, UserMessage>),
    IdleTimeout {
        after_key: u64,
    },
}

/// Returns a unique name for the scans of one screen.
pub fn new_session_id() -> String {
    format!("console-{:016x}", rand::random::<u64>())
}

impl ScanEffect {
    /// Performs the request in a task of the event loop.
    pub(super) async fn perform(self, backend: &dyn Backend) -> ScanReply {
        match self {
            Self::FindActiveJob { is_retry } => {
                wait_before_retry(is_retry).await;
                ScanReply::ActiveJobFound(backend.data_source().active_scan_job().await)
            }
            Self::DescribeNextJob => {
                ScanReply::NextJobDescribed(backend.data_source().describe_scan_job().map(Box::new))
            }
            Self::CreateJob { key, is_retry } => {
                wait_before_retry(is_retry).await;
                ScanReply::JobCreated(backend.start_scan_job(&key).await)
            }
            Self::SendScans { job, scans, is_retry } => {
                wait_before_retry(is_retry).await;
                let result = backend.send_scans(&job, &scans).await;
                ScanReply::ScansSent { job, keys: scans.into_iter().map(|scan| scan.key).collect(), result }
            }
            Self::UndoScan { job, key } => ScanReply::ScanUndone(backend.undo_scan(&job, &key).await),
            Self::CloseJob { job } => {
                let result = backend.close_scan_job(&job).await;
                ScanReply::JobClosed { job, result }
            }
            Self::SaveList { to, text } => ScanReply::ListSaved(backend.data_source().create_file(&to, text).await),
            Self::WaitForIdle { after_key, timeout } => {
                tokio::time::sleep(timeout).await;
                ScanReply::IdleTimeout { after_key }
            }
        }
    }
}

async fn wait_before_retry(is_retry: bool) {
    if is_retry {
        tokio::time::sleep(RETRY_DELAY).await;
    }
}
