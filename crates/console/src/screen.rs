//! What every screen is: keys and news in, wishes out, and a drawing. A screen's state, keys and drawing share a file.

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect, Size};

use super::backend::{JobAction, Location, ReplayPosition, StartOptions};
use super::columns::VisibleColumns;
use super::command::KeyCommand;
use super::command_parser::ParsedCommand;
use super::keymap::{KeyContext, Keymap};
use super::message::Message;
use super::preferences::{FileWrite, Preferences};
use super::row_query::RowQuery;
use super::scan_session::ScanEffect;
use super::theme::Theme;
use domain::bulk_action::ItemAction;
use domain::job_spec::JobId;
use domain::list_preview::Workload;
use domain::review::ReviewInput;
use domain::upc::Upc;

/// What a screen wants done. Screens ask, the loop acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    ListLocation {
        location: Location,
        page_token: Option<String>,
    },
    /// What an address leads to.
    ResolveAddress(String),
    ToggleBookmark(Location),
    /// What an address that is being typed can become.
    CompleteAddress(String),
    /// Over exactly this generation, or under a name that is not there yet.
    UploadFile {
        file: String,
        to: String,
        replace_generation: Option<i64>,
    },
    PreviewList {
        source: String,
    },
    /// The list is not read any further.
    CancelPreview(String),
    EstimateBatch {
        options: StartOptions,
        amount: Workload,
    },
    StartJob(StartOptions),
    ListJobs,
    AttachJob(JobId),
    ChangeJob {
        job: JobId,
        action: JobAction,
    },
    /// Something for some items of a batch.
    ApplyToItems {
        job: JobId,
        action: ItemAction,
        upcs: Vec<Upc>,
    },
    /// Rows of a batch into a file.
    ExportRows {
        job: JobId,
        upcs: Vec<Upc>,
        path: std::path::PathBuf,
        replace: bool,
    },
    /// Rows chosen and put in order.
    QueryRows(RowQuery),
    /// A batch as it was.
    Replay {
        job: JobId,
        position: ReplayPosition,
    },
    LoadItem {
        job: JobId,
        upc: Upc,
    },
    /// What waits for a person.
    LoadReviewQueue(JobId),
    SubmitReview {
        job: JobId,
        upc: Upc,
        input: Box<ReviewInput>,
    },
    /// Tables show these from now on; kept, where the choice is made.
    SetColumns {
        columns: VisibleColumns,
        persist: bool,
    },
    SaveFile(FileWrite),
    /// The mouse is the console's, or the terminal's own.
    CaptureMouse(bool),
    /// Asks nothing yet: news come once the cursor has rested on the item for a moment.
    Debounce {
        job: JobId,
        upc: Upc,
    },
    /// What eBay holds of the item's drafts, against what we sent.
    CompareDraft {
        job: JobId,
        upc: Upc,
    },
    /// A picture, made ready for so many cells.
    LoadImage {
        url: String,
        cells: Size,
    },
    /// Opens an address in the operator's browser, or says it where there is none.
    OpenUrl(String),
    /// A word for the operator.
    Notify(String),
    Scan(ScanEffect),
    /// The terminal's bell, where it is set.
    Beep,
    CopyText(String),
    /// The run as plain lines, outside the full screen.
    ShowPlainOutput(JobId),
    Suspend,
    Quit,
}

/// What becomes of a key.
pub enum Transition {
    Stay,
    Do(Effect),
    /// Several at once.
    DoAll(Vec<Effect>),
    /// Another screen over this one, and what it wants first.
    Push(Box<dyn Screen>, Option<Effect>),
    /// Another screen in the place of this one.
    Replace(Box<dyn Screen>, Option<Effect>),
    Pop,
    /// Closes the screen and does this.
    PopThen(Effect),
    /// The screen has no use for it.
    Ignored,
}

/// What a drawing needs beside the screen's own state.
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
    /// Which keys count here.
    fn key_context(&self) -> KeyContext;

    /// For the head of the screen.
    fn title(&self) -> String;

    /// Takes on the operator's wishes: when it is opened, and when they change.
    fn apply_preferences(&mut self, _taste: &Preferences) {}

    /// Obeys a command.
    fn handle_command(&mut self, command: KeyCommand) -> Transition;

    /// What the screen can be sorted by, as it is said.
    fn sort_columns(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Hears what was said after `:`; [`Reaction::Unknown`] where it is nothing here.
    fn handle_line(&mut self, _said: &ParsedCommand) -> Transition {
        Transition::Ignored
    }

    /// The mouse was pressed at a place of the whole screen.
    fn handle_click(&mut self, _at: Position) -> Transition {
        Transition::Stay
    }

    /// Takes a key as text, where a text is being typed; `None` where none is.
    fn handle_key(&mut self, _key: KeyEvent) -> Option<Transition> {
        None
    }

    /// True for the scanner's screen, on which a scan lands also while another one lies over it.
    fn accepts_scans(&self) -> bool {
        false
    }

    /// Takes a text that was pasted; `None` where none can be.
    fn handle_paste(&mut self, _text: &str) -> Option<Transition> {
        None
    }

    /// Hears what happened. What it wants then is done.
    fn handle_message(&mut self, _news: &Message) -> Vec<Effect> {
        Vec::new()
    }

    /// What it wants by itself, once keys and news were taken in. It is asked after each of them.
    fn pending_effect(&mut self) -> Option<Effect> {
        None
    }

    /// The screen that takes this one's place after the news, and what it wants first.
    fn replacement_for(&self, _news: &Message) -> Option<(Box<dyn Screen>, Effect)> {
        None
    }

    /// True where the news ends the screen.
    fn should_close(&self, _news: &Message) -> bool {
        false
    }

    /// True for a screen that leaves the one below it to be seen.
    fn is_overlay(&self) -> bool {
        false
    }

    /// While keys are text: what the others do, for the foot of the screen.
    fn input_hint(&self) -> Option<&'static str> {
        None
    }

    /// True where it tells of the upstreams itself, in an area of this size.
    fn shows_upstreams(&self, _room: Size) -> bool {
        false
    }

    /// Draws itself into `area`.
    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>);
}
