//! What the console hears: answers to what it asked, and what happens by itself.

use super::acts::NoFile;
use super::arranging::Arranged;
use super::operations::{
    Change, Composed, Found, Gauge, JobLine, NotStarted, NotUploaded, Page, SharedBoard, Spot, Then, Trouble, Wish,
};
use super::picture::Drawing;
use super::scanning::Heard;
use domain::act::{Act, Acted};
use domain::batch::JobId;
use domain::comparison::Compared;
use domain::dossier::Dossier;
use domain::event::Event;
use domain::forecast::Forecast;
use domain::review::{Became, Case};
use domain::survey::{SoFar, Survey};
use domain::upc::Upc;

/// One piece of news.
#[expect(clippy::large_enum_variant, reason = "few are on their way at a time, and each is looked at once")]
pub enum News {
    Listed {
        spot: Spot,
        page: Option<String>,
        answer: Result<Page, Trouble>,
    },
    Found(Result<Found, Trouble>),
    /// A file of this machine is in a bucket, and where.
    Uploaded(Result<Found, NotUploaded>),
    /// What a typed address can become.
    Completed {
        typed: String,
        answer: Result<Vec<String>, Trouble>,
    },
    /// How far the reading of a list has come.
    Reading {
        source: String,
        so_far: SoFar,
    },
    Previewed {
        source: String,
        answer: Result<Box<Survey>, Trouble>,
    },
    Forecast {
        wish: Wish,
        answer: Result<Box<Forecast>, Trouble>,
    },
    Started(Result<JobId, NotStarted>),
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
    /// Rows of a batch in the order that was wanted.
    Arranged(Arranged),
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
    /// The listing of an item that was opened.
    Composed {
        job: JobId,
        upc: Upc,
        answer: Result<Composed, Trouble>,
    },
    /// The cursor has rested on the item.
    Rested {
        job: JobId,
        upc: Upc,
    },
    Compared {
        job: JobId,
        upc: Upc,
        answer: Result<Vec<Compared>, Trouble>,
    },
    Pictured {
        address: String,
        answer: Result<Drawing, Trouble>,
    },
    /// What waits for a person in a batch.
    Waiting {
        job: JobId,
        answer: Result<Vec<Case>, Trouble>,
    },
    /// What became of a person's answer.
    Decided {
        job: JobId,
        upc: Upc,
        answer: Result<Became, Trouble>,
    },
    Changed {
        job: JobId,
        change: Change,
        answer: Result<JobId, Trouble>,
    },
    /// Something was done to items, as far as it could be.
    Acted {
        job: JobId,
        act: Act,
        answer: Result<Acted, Trouble>,
    },
    /// So many rows are in a file.
    Exported {
        path: std::path::PathBuf,
        answer: Result<usize, NoFile>,
    },
    /// A batch as it was.
    Past {
        job: JobId,
        answer: Result<Then, Trouble>,
    },
    /// For the scanner's screen.
    Scans(Heard),
    Gauges(Vec<Gauge>),
    /// The screen was drawn at another size.
    Resized,
    /// A word for the operator.
    Told(String),
}

impl News {
    /// True for what answers a question, most of which a key has asked: it is waited for. The rest happens by itself.
    pub(super) fn is_answer(&self) -> bool {
        !matches!(
            self,
            Self::Reading { .. }
                | Self::Happened { .. }
                | Self::Lost { .. }
                | Self::Rested { .. }
                | Self::Gauges(_)
                | Self::Resized
        )
    }
}
