//! The interface of every screen: commands and messages in, effects out, and a drawing. State, commands and drawing of
//! a screen share a file.

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect, Size};

use super::backend::{JobAction, JobSummary, Location, ProjectionHandle, ReplayPosition, StartOptions};
use super::columns::VisibleColumns;
use super::command::KeyCommand;
use super::command_parser::ParsedCommand;
use super::item_edit::ItemEdit;
use super::item_photos::PhotoChange;
use super::key_hints::{self, FooterKey};
use super::keymap::{KeyContext, Keymap};
use super::message::Message;
use super::preferences::{FileWrite, Preferences};
use super::row_query::RowQuery;
use super::saved_state::{SavedView, StateChange};
use super::scan_session::ScanEffect;
use super::stage_counts::StageCountRequest;
use super::theme::Theme;
use domain::bulk_action::ItemAction;
use domain::job_spec::JobId;
use domain::list_options::ListOptions;
use domain::list_preview::Workload;
use domain::review::ReviewInput;
use domain::upc::Upc;

/// A side effect that a screen asks for and the event loop performs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    ListLocation {
        location: Location,
        page_token: Option<String>,
    },
    /// Finds out what a typed address stands for.
    ResolveAddress(String),
    ToggleBookmark(Location),
    /// Finds the addresses that begin with this text.
    CompleteAddress(String),
    /// Uploads a file: over exactly this generation, or under a new name.
    UploadFile {
        file: String,
        to: String,
        replace_generation: Option<i64>,
    },
    PreviewList {
        source: String,
        list: ListOptions,
    },
    /// Stops reading a list.
    CancelPreview(String),
    EstimateBatch {
        options: StartOptions,
        amount: Workload,
    },
    StartJob(StartOptions),
    ListJobs,
    /// Sends the list of batches when it differs from this one.
    PollJobs(Vec<JobSummary>),
    FindInterruptedJobs,
    ResumeInterruptedJobs,
    ListOutputFiles(JobId),
    AttachJob(JobId),
    /// Attaches a batch again whose stream of events broke, after a short delay.
    ReattachJob(JobId),
    ChangeJob {
        job: JobId,
        action: JobAction,
    },
    /// Applies an action to items of a batch.
    ApplyToItems {
        job: JobId,
        action: ItemAction,
        upcs: Vec<Upc>,
    },
    /// Writes rows of a batch to a file.
    ExportRows {
        job: JobId,
        upcs: Vec<Upc>,
        path: std::path::PathBuf,
        replace: bool,
    },
    /// Counts how many items of a batch have passed each stage.
    CountStages {
        job: JobId,
        request: StageCountRequest,
    },
    /// Filters and sorts the rows of a batch.
    QueryRows(RowQuery),
    /// Loads a batch as it was after one of its events.
    Replay {
        job: JobId,
        position: ReplayPosition,
    },
    LoadItem {
        job: JobId,
        upc: Upc,
    },
    /// Changes the seller's own photos of items, and updates their drafts.
    ChangePhotos {
        job: JobId,
        upcs: Vec<Upc>,
        change: PhotoChange,
    },
    /// Counts the seller's own photos of each item.
    CountPhotos,
    /// Loads the cases that wait for review.
    LoadReviewQueue(JobId),
    /// Searches by hand for an item in review.
    SearchForItem {
        job: JobId,
        upc: Upc,
        text: String,
    },
    SubmitReview {
        job: JobId,
        upc: Upc,
        input: Box<ReviewInput>,
    },
    /// Undoes the newest decision about an item.
    UndoReview {
        job: JobId,
        upc: Upc,
    },
    /// Edits items, in review or with a draft.
    EditItems(ItemEdit),
    /// Undoes the newest decision or edit, whichever screen it was made on.
    UndoNewest,
    /// Shows these columns in all tables, and saves them if `persist` is true.
    SetColumns {
        columns: VisibleColumns,
        persist: bool,
    },
    SaveFile(FileWrite),
    /// Changes what is kept for the next session.
    SaveState {
        file: std::path::PathBuf,
        change: StateChange,
    },
    /// Finds out what is set up.
    DescribeSetup,
    /// Captures the mouse, or leaves it to the terminal.
    CaptureMouse(bool),
    /// Sends a message after the pause that follows a digit in review.
    WaitForDigits {
        job: JobId,
        /// Number of the digit that was typed.
        sequence: u64,
    },
    /// Passes a barcode that was scanned over another screen to the scan screen.
    PassScan(String),
    /// Sends a message once the cursor has been on the item for a moment.
    Debounce {
        job: JobId,
        upc: Upc,
    },
    /// Compares the item's drafts at eBay with what was sent.
    CompareDraft {
        job: JobId,
        upc: Upc,
    },
    /// Loads an image and scales it to these cells.
    LoadImage {
        url: String,
        cells: Size,
    },
    /// Opens an address in the operator's browser, or shows it if there is no browser.
    OpenUrl(String),
    /// Notifies the operator.
    Notify(String),
    Scan(ScanEffect),
    /// Rings the terminal's bell if the preferences say so.
    Beep,
    CopyText(String),
    /// Draws everything again.
    Redraw,
    /// Shows a batch as plain lines, outside the full screen.
    ShowPlainOutput(JobId),
    Suspend,
    Quit,
}

/// A screen that another screen asks the console to open, so that screens need not know each other's types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Folders and lists at a location.
    Browse(Location),
    /// Prompt for an address to browse.
    AddressPrompt,
    /// Prompt for the address that a local file is uploaded to.
    UploadPrompt {
        file: String,
    },
    /// Dialog that starts a job over a list.
    Start {
        source: String,
    },
    /// All jobs.
    JobList,
    Job(JobId),
    Item {
        job: JobId,
        upc: Upc,
    },
    /// Items of a job that need the operator's decision.
    Review(JobId),
}

/// What follows from a key or command.
pub enum Transition {
    Stay,
    Do(Effect),
    /// Several effects, in order.
    DoAll(Vec<Effect>),
    /// Opens a dialog of this screen above it, with its first effect.
    Push(Box<dyn Screen>, Option<Effect>),
    /// Opens a screen above this one.
    Open(Route),
    /// Opens a screen in place of this one.
    Replace(Route),
    /// Closes the screen.
    Pop,
    /// Closes the screen and performs effects, in order.
    PopThen(Vec<Effect>),
    /// The screen does not handle the command; the console does.
    Ignored,
}

impl Transition {
    /// Returns the effects of a transition that opens and closes no screen.
    pub fn into_effects(self) -> Vec<Effect> {
        match self {
            Self::Do(effect) => vec![effect],
            Self::DoAll(effects) => effects,
            _ => Vec::new(),
        }
    }
}

/// What drawing needs beside the screen's state.
#[derive(Clone, Copy)]
pub struct DrawContext<'a> {
    pub theme: Theme,
    pub keymap: &'a Keymap,
    pub now: jiff::Timestamp,
    /// True for the screen that keys go to; only its text field sets the terminal's cursor.
    pub has_focus: bool,
}

/// One screen.
pub trait Screen: Send {
    /// Returns which key bindings apply.
    fn key_context(&self) -> KeyContext;

    /// Returns the keys for the foot of the screen, the most important first.
    fn key_hints(&self) -> &'static [FooterKey] {
        key_hints::hints_for(self.key_context())
    }

    /// Returns the route that opens this screen; `None` for dialogs and for screens that may be open more than once.
    fn route(&self) -> Option<Route> {
        None
    }

    /// Returns the title for the header.
    fn title(&self) -> String;

    /// Applies the operator's preferences: when the screen is opened, and when they change.
    fn apply_preferences(&mut self, _preferences: &Preferences) {}

    /// Takes over the state of batches that are attached already; called when the screen is opened. The newest is last.
    fn use_projections(&mut self, _projections: &[ProjectionHandle]) {}

    /// Returns the view of the table, to be saved; `None` for a screen without one.
    fn view(&self) -> Option<SavedView> {
        None
    }

    /// Shows a saved view. Fields that mean nothing are ignored.
    fn apply_view(&mut self, _view: &SavedView) {}

    /// Handles a command.
    fn handle_command(&mut self, command: KeyCommand) -> Transition;

    /// Returns the names of the columns that `:sort` accepts.
    fn sort_columns(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Handles a line of the command line; [`Transition::Ignored`] if it means nothing here.
    fn handle_line(&mut self, _line: &ParsedCommand) -> Transition {
        Transition::Ignored
    }

    /// Handles a click at a position of the terminal.
    fn handle_click(&mut self, _position: Position) -> Transition {
        Transition::Stay
    }

    /// Handles a key while text is being typed; `None` if none is, so that the key runs its command.
    fn handle_key(&mut self, _key: KeyEvent) -> Option<Transition> {
        None
    }

    /// Returns true for the scanner's screen, which receives scans also while another screen covers it.
    fn accepts_scans(&self) -> bool {
        false
    }

    /// Handles pasted text; `None` if the screen takes none.
    fn handle_paste(&mut self, _text: &str) -> Option<Transition> {
        None
    }

    /// Handles a message. Returns the effects that follow.
    fn handle_message(&mut self, _message: &Message) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns the effects that follow from the state; called after each key and message.
    fn pending_effects(&mut self) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns the screen that replaces this one after a message.
    fn replacement_for(&self, _message: &Message) -> Option<Route> {
        None
    }

    /// Returns true if a message closes the screen.
    fn should_close(&self, _message: &Message) -> bool {
        false
    }

    /// Returns true if the screen below stays visible.
    fn is_overlay(&self) -> bool {
        false
    }

    /// Returns what keys other than text do while text is being typed, for the foot of the screen.
    fn input_hint(&self) -> Option<&'static str> {
        None
    }

    /// Returns true if the screen shows the upstreams itself in an area of this size.
    fn shows_upstreams(&self, _size: Size) -> bool {
        false
    }

    /// Draws the screen into `area`.
    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>);
}
