//! What the console asks of whoever runs the batches: this process itself, or a service that it has joined.

use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use jiff::Timestamp;

use super::scanning::Unsent;
use domain::act::{Act, Acted};
use domain::batch::{Copies, JobId};
use domain::board::Board;
use domain::comparison::Compared;
use domain::condition::Condition;
use domain::dossier::Dossier;
use domain::event::Event;
use domain::forecast::{Forecast, UnderWay};
use domain::job::JobState;
use domain::review::{Answer, Became, Case};
use domain::scan::Scan;
use domain::survey::{Amount, SoFar, Survey};
use domain::upc::Upc;
pub use domain::upstream::Upstream as Gauge;
pub use pipeline::Composed;

/// Why something was not done, in words that tell the operator what to do.
pub type Trouble = String;

/// Cases that are held at a time, each with all that is known of its candidates; those behind come as they are decided.
pub const MOST_WAITING: usize = 200;

/// A board that somebody keeps up to date. Its lock is held for a moment only.
pub type SharedBoard = Arc<RwLock<Board>>;

/// Where lists are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Spot {
    /// Names in a bucket that begin with `prefix`, which is empty or ends with `/`.
    Bucket { bucket: String, prefix: String },
    /// A folder of this machine.
    Folder(PathBuf),
    /// Where one begins: bookmarks, the buckets of the project, folders, what was looked at last.
    Places,
}

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Spot(Spot),
    /// A list, as a batch takes it.
    List(String),
}

impl std::fmt::Display for Spot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bucket { bucket, prefix } => write!(f, "gs://{bucket}/{prefix}"),
            Self::Folder(path) => write!(f, "{}", path.display()),
            Self::Places => f.write_str("places"),
        }
    }
}

/// One line of a spot: a folder in it, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its own name, without the spot's.
    pub name: String,
    pub kind: EntryKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    Folder(Spot),
    /// Something that may be a list.
    List {
        /// As a batch takes it: `gs://bucket/object` or a path.
        source: String,
        /// In bytes.
        size: u64,
        updated: Option<Timestamp>,
        /// `STANDARD` and so on; empty on this machine.
        class: String,
    },
}

/// A page of a spot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// What to ask the next page with.
    pub next: Option<String>,
    /// What could not be listed, and what to do about it.
    pub note: Option<String>,
}

/// Hears how far the reading of a list has come.
pub type Hears<'a> = &'a (dyn Fn(SoFar) + Send + Sync);

/// A batch that the operator wants. What he leaves open is as the settings have it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one line of the dialog")]
pub struct Wish {
    pub source: String,
    pub test_mode: bool,
    pub create_drafts: bool,
    /// Every item waits for a person before its draft is made.
    pub review: bool,
    pub condition: Option<Condition>,
    pub sink: Option<String>,
    pub copies: Option<Copies>,
    /// Also where a batch over the same list is under way.
    pub force: bool,
}

impl Wish {
    /// A batch over a list, as the settings have it.
    pub const fn over(source: String) -> Self {
        Self {
            source,
            test_mode: false,
            create_drafts: true,
            review: false,
            condition: None,
            sink: None,
            copies: None,
            force: false,
        }
    }
}

/// Why a batch was not started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotStarted {
    #[error("{}", .0.words())]
    SameList(UnderWay),
    #[error("{0}")]
    Trouble(Trouble),
}

/// Why a file was not put into a bucket.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUploaded {
    /// An object of this name is there, and was left as it is.
    #[error("{target} is there already, and was left as it is")]
    IsThere {
        /// `gs://bucket/object`
        target: String,
        /// In bytes.
        size: u64,
        updated: Option<Timestamp>,
        /// What would be overwritten, and nothing else.
        generation: i64,
    },
    #[error("{0}")]
    Trouble(Trouble),
}

impl From<Trouble> for NotUploaded {
    fn from(why: Trouble) -> Self {
        Self::Trouble(why)
    }
}

/// One line of the list of batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobLine {
    pub job: JobId,
    pub source: String,
    pub state: JobState,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub total: u64,
    pub done: u64,
    pub successful: u64,
}

/// What can be done to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Pause,
    Resume,
    Cancel,
    /// A new batch over what failed.
    Retry,
}

impl Change {
    /// `pause`, in a sentence.
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "go on with",
            Self::Cancel => "cancel",
            Self::Retry => "retry",
        }
    }
}

/// A place among the events of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The newest event.
    Now,
    /// The event of this number in the batch, from 1; those that there are not are the first or the last.
    Event(u64),
    /// So many seconds after this event, or before it.
    Seconds { from: u64, by: i64 },
}

/// A batch as it was.
#[derive(Clone)]
pub struct Then {
    /// The number of the event in the batch, from 1.
    pub at: u64,
    /// How many events there are.
    pub of: u64,
    pub event: Event,
    /// After that event.
    pub board: SharedBoard,
}

/// A batch that is watched: its board, and what happens from now on.
pub struct Watched {
    pub board: SharedBoard,
    pub news: BoxStream<'static, Result<Vec<Event>, Trouble>>,
}

/// Lists, where they are, and what is known of batches: looked up and put down by the console itself.
#[async_trait]
pub trait Records: Send + Sync {
    /// A page of a spot.
    ///
    /// # Errors
    /// [`Trouble`], as for all of these.
    async fn list(&self, spot: &Spot, page: Option<String>) -> Result<Page, Trouble>;

    /// What an address that was typed leads to.
    async fn find(&self, address: &str) -> Result<Found, Trouble>;

    /// Puts a bookmark, or takes it away; what to tell the operator.
    async fn bookmark(&self, spot: &Spot) -> Result<String, Trouble>;

    /// What an address that is being typed can become, each of them whole.
    async fn complete(&self, typed: &str) -> Result<Vec<String>, Trouble>;

    /// Puts a file of this machine into a bucket: under a name that is not there yet, or over exactly the generation that
    /// the operator was shown. Where it is now.
    async fn upload(&self, file: &str, to: &str, over: Option<i64>) -> Result<Found, NotUploaded>;

    /// The batches, the newest first.
    async fn jobs(&self) -> Result<Vec<JobLine>, Trouble>;

    /// All that is known of one item.
    async fn open(&self, job: &JobId, upc: Upc) -> Result<Dossier, Trouble>;

    /// The listing of an item, composed of what is known of it now.
    async fn listing(&self, job: &JobId, upc: Upc) -> Result<Composed, Trouble>;

    /// The bytes of a picture.
    async fn picture(&self, address: &str) -> Result<Bytes, Trouble>;

    /// What waits for a person, the first [`MOST_WAITING`] of it.
    async fn waiting(&self, job: &JobId) -> Result<Vec<Case>, Trouble>;

    /// A batch as it was after one of its events, and that event.
    async fn past(&self, job: &JobId, moment: Moment) -> Result<Then, Trouble>;

    /// The batch that takes scans now, where one does.
    async fn scanning(&self) -> Result<Option<JobId>, Trouble>;

    /// Writes a new file or object, and never over one that is there; where it is.
    async fn save(&self, to: &str, text: String) -> Result<String, Trouble>;
}

/// Whoever runs the batches.
#[async_trait]
pub trait Operations: Send + Sync {
    /// Who that is, for the head of the screen: `this console`, `the service at 127.0.0.1:8080`.
    fn name(&self) -> String;

    /// True where what runs stops when the console leaves.
    fn ends_with_the_console(&self) -> bool;

    /// Lists and records, which are the same whoever runs the batches.
    fn records(&self) -> &dyn Records;

    /// What a list holds. Nothing is written, and it may be dropped at any time.
    ///
    /// # Errors
    /// [`Trouble`], or what holds one, as for all of these.
    async fn preview(&self, source: &str, hears: Hears<'_>) -> Result<Survey, Trouble>;

    /// What a batch over so much would do.
    async fn forecast(&self, wish: &Wish, amount: Amount) -> Result<Forecast, Trouble>;

    /// Starts a batch, or queues it.
    async fn start(&self, wish: &Wish) -> Result<JobId, NotStarted>;

    /// Joins a batch.
    async fn watch(&self, job: &JobId) -> Result<Watched, Trouble>;

    /// What eBay holds of an item's drafts, against what was sent. It costs calls of the day's.
    async fn compare(&self, job: &JobId, upc: Upc) -> Result<Vec<Compared>, Trouble>;

    /// A person's answer about an item, and what becomes of it.
    async fn decide(&self, job: &JobId, upc: Upc, answer: &Answer) -> Result<Became, Trouble>;

    /// Changes a batch; the one that goes on is returned, which for a retry is a new one.
    async fn change(&self, job: &JobId, change: Change) -> Result<JobId, Trouble>;

    /// Does something to some items of a batch, with an answer for each.
    async fn act(&self, job: &JobId, act: Act, upcs: &[Upc]) -> Result<Acted, Trouble>;

    /// Begins a batch that takes scans; `key` begins it once, however often it is asked for.
    async fn begin_scans(&self, key: &str) -> Result<JobId, Unsent>;

    /// Hands scans over, each once by its key.
    async fn scan(&self, job: &JobId, scans: &[Scan]) -> Result<(), Unsent>;

    /// Takes a scan back; what came of it, in words.
    async fn take_back(&self, job: &JobId, key: &str) -> Result<String, Trouble>;

    /// Closes the list of a batch that takes scans.
    async fn close_scans(&self, job: &JobId) -> Result<(), Trouble>;

    /// The upstreams.
    async fn gauges(&self) -> Vec<Gauge>;

    /// The console leaves: what it runs itself is stopped in order, and can be resumed.
    async fn leave(&self);
}
