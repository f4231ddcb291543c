//! What the scanner's screen asks of whoever runs the batches, and what it hears.

use std::time::Duration;

use super::operations::{Operations, Trouble};
use domain::batch::JobId;
use domain::scan::Scan;

/// Between two tries to hand scans over while nobody answers.
const BETWEEN: Duration = Duration::from_secs(1);

/// What the screen wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Whether a batch takes scans now.
    Join,
    /// A batch that takes scans. `key` begins it once; `again` after nobody answered.
    Begin {
        key: String,
        again: bool,
    },
    /// Scans that the batch does not have yet.
    Send {
        job: JobId,
        scans: Vec<Scan>,
        again: bool,
    },
    TakeBack {
        job: JobId,
        key: String,
    },
    Close {
        job: JobId,
    },
    /// A new file or object with this text.
    Save {
        to: String,
        text: String,
    },
    /// The batch is joined once more, after a while.
    Wait {
        job: JobId,
    },
    /// Says so once there was silence for so long after the key of this number.
    Silence {
        after: u64,
        pause: Duration,
    },
}

/// Why scans are not in the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// Nobody answered; they are kept and sent later.
    Down(Trouble),
    /// The batch takes no more.
    Refused(Trouble),
}

/// What the screen hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    Joined(Result<Option<JobId>, Trouble>),
    Begun(Result<JobId, Unsent>),
    /// The scans of these keys.
    Sent {
        job: JobId,
        keys: Vec<String>,
        answer: Result<(), Unsent>,
    },
    TakenBack(Result<String, Trouble>),
    Closed {
        job: JobId,
        answer: Result<(), Trouble>,
    },
    /// Where it was saved.
    Saved(Result<String, Trouble>),
    Waited {
        job: JobId,
    },
    Silence {
        after: u64,
    },
}

/// A name for the scans of one screen, which no other screen has.
pub fn name() -> String {
    format!("console-{:016x}", rand::random::<u64>())
}

impl Ask {
    /// Does it. Nothing of this ever holds up a key.
    pub(super) async fn perform(self, operations: &dyn Operations) -> Heard {
        match self {
            Self::Join => Heard::Joined(operations.records().scanning().await),
            Self::Begin { key, again } => {
                rest(again).await;
                Heard::Begun(operations.begin_scans(&key).await)
            }
            Self::Send { job, scans, again } => {
                rest(again).await;
                let answer = operations.scan(&job, &scans).await;
                Heard::Sent { job, keys: scans.into_iter().map(|scan| scan.key).collect(), answer }
            }
            Self::TakeBack { job, key } => Heard::TakenBack(operations.take_back(&job, &key).await),
            Self::Close { job } => {
                let answer = operations.close_scans(&job).await;
                Heard::Closed { job, answer }
            }
            Self::Save { to, text } => Heard::Saved(operations.records().save(&to, text).await),
            Self::Wait { job } => {
                rest(true).await;
                Heard::Waited { job }
            }
            Self::Silence { after, pause } => {
                tokio::time::sleep(pause).await;
                Heard::Silence { after }
            }
        }
    }
}

async fn rest(again: bool) {
    if again {
        tokio::time::sleep(BETWEEN).await;
    }
}
