//! What the console hears: answers to what it asked, and what happens by itself.

use super::operations::{Change, Gauge, JobLine, Page, Preview, SharedBoard, Spot, Trouble};
use super::scanning::Heard;
use crate::domain::batch::JobId;
use crate::domain::dossier::Dossier;
use crate::domain::event::Event;
use crate::domain::upc::Upc;

/// One piece of news.
pub enum News {
    Listed {
        spot: Spot,
        page: Option<String>,
        answer: Result<Page, Trouble>,
    },
    Previewed {
        source: String,
        answer: Result<Preview, Trouble>,
    },
    Started(Result<JobId, Trouble>),
    Jobs(Result<Vec<JobLine>, Trouble>),
    /// A batch is being watched from now on.
    Watching {
        job: JobId,
        answer: Result<SharedBoard, Trouble>,
    },
    /// Something happened in a batch that is watched; its board knows it already.
    Happened {
        job: JobId,
        events: Vec<Event>,
    },
    /// The news of a batch ended before the batch did.
    Lost {
        job: JobId,
        why: Trouble,
    },
    Opened {
        job: JobId,
        upc: Upc,
        answer: Result<Box<Dossier>, Trouble>,
    },
    Changed {
        job: JobId,
        change: Change,
        answer: Result<JobId, Trouble>,
    },
    /// For the scanner's screen.
    Scans(Heard),
    Gauges(Vec<Gauge>),
    /// A word for the operator.
    Told(String),
}
