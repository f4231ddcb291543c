//! What the scanner's screen asks of whoever runs the batches, and what it hears.

use std::time::Duration;

use super::backend::{Backend, UserMessage};
use domain::job_spec::JobId;
use domain::scan::ScanInput;

/// Between two tries to hand scans over while nobody answers.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// What the screen wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanEffect {
    /// Whether a batch takes scans now.
    FindActiveJob,
    /// A batch that takes scans. `key` begins it once; `again` after nobody answered.
    CreateJob {
        key: String,
        is_retry: bool,
    },
    /// Scans that the batch does not have yet.
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
    /// A new file or object with this text.
    SaveList {
        to: String,
        text: String,
    },
    /// The batch is joined once more, after a while.
    WaitToReattach {
        job: JobId,
    },
    /// Says so once there was silence for so long after the key of this number.
    WaitForIdle {
        after_key: u64,
        timeout: Duration,
    },
}

/// Why scans are not in the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanSendError {
    /// Nobody answered; they are kept and sent later.
    Unreachable(UserMessage),
    /// The batch takes no more.
    Rejected(UserMessage),
}

/// What the screen hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScanReply {
    ActiveJobFound(Result<Option<JobId>, UserMessage>),
    JobCreated(Result<JobId, ScanSendError>),
    /// The scans of these keys.
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
    /// Where it was saved.
    ListSaved(Result<String, UserMessage>),
    ReadyToReattach {
        job: JobId,
    },
    IdleTimeout {
        after_key: u64,
    },
}

/// A name for the scans of one screen, which no other screen has.
pub fn new_session_id() -> String {
    format!("console-{:016x}", rand::random::<u64>())
}

impl ScanEffect {
    /// Does it. Nothing of this ever holds up a key.
    pub(super) async fn perform(self, operations: &dyn Backend) -> ScanReply {
        match self {
            Self::FindActiveJob => ScanReply::ActiveJobFound(operations.data_source().active_scan_job().await),
            Self::CreateJob { key, is_retry: again } => {
                wait_before_retry(again).await;
                ScanReply::JobCreated(operations.start_scan_job(&key).await)
            }
            Self::SendScans { job, scans, is_retry: again } => {
                wait_before_retry(again).await;
                let answer = operations.send_scans(&job, &scans).await;
                ScanReply::ScansSent { job, keys: scans.into_iter().map(|scan| scan.key).collect(), result: answer }
            }
            Self::UndoScan { job, key } => ScanReply::ScanUndone(operations.undo_scan(&job, &key).await),
            Self::CloseJob { job } => {
                let answer = operations.close_scan_job(&job).await;
                ScanReply::JobClosed { job, result: answer }
            }
            Self::SaveList { to, text } => ScanReply::ListSaved(operations.data_source().create_file(&to, text).await),
            Self::WaitToReattach { job } => {
                wait_before_retry(true).await;
                ScanReply::ReadyToReattach { job }
            }
            Self::WaitForIdle { after_key: after, timeout: pause } => {
                tokio::time::sleep(pause).await;
                ScanReply::IdleTimeout { after_key: after }
            }
        }
    }
}

async fn wait_before_retry(again: bool) {
    if again {
        tokio::time::sleep(RETRY_DELAY).await;
    }
}
