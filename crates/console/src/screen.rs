//! The interface of all screens: [`Screen`] receives commands and messages, returns [`Effect`]s and [`Transition`]s,
//! and draws itself. The state, commands and drawing of a screen are in one file.

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect, Size};

use super::backend::{Location, ProjectionHandle};
use super::columns::VisibleColumns;
use super::command::KeyCommand;
use super::command_parser::ParsedCommand;
use super::item_edit::ItemEdit;
use super::item_effect::ItemEffect;
use super::job_effect::JobEffect;
use super::key_hints::{self, FooterKey};
use super::keymap::{KeyContext, Keymap};
use super::location_effect::LocationEffect;
use super::message::Message;
use super::preferences::{FileWrite, Preferences};
use super::row_effect::RowEffect;
use super::saved_state::{SavedView, StateChange};
use super::scan_session::ScanEffect;
use super::theme::Theme;
use domain::job_spec::JobId;
use domain::review::ReviewInput;
use domain::upc::Upc;

/// A side effect that a screen requests. The event loop performs it, or starts a task that does so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    Location(LocationEffect),
    Job(JobEffect),
    Rows(RowEffect),
    Item(ItemEffect),
    Scan(ScanEffect),
    /// Stops reading a list.
    CancelPreview(String),
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
    /// Edits items that are in review or have a draft.
    EditItems(ItemEdit),
    /// Undoes the newest decision or edit, whichever screen made it.
    UndoNewest,
    /// Shows these columns in all tables, and saves them if `persist` is true.
    SetColumns {
        columns: VisibleColumns,
        persist: bool,
    },
    SaveFile(FileWrite),
    /// Changes the state that is saved for the next session.
    SaveState {
        file: std::path::PathBuf,
        change: StateChange,
    },
    /// Checks what is set up.
    DescribeSetup,
    /// Captures the mouse, or leaves it to the terminal.
    CaptureMouse(bool),
    /// Passes a barcode to the scan screen that was scanned while another screen covered it.
    PassScan(String),
    /// Opens an address in the operator's browser, or shows the address if there is no browser.
    OpenUrl(String),
    /// Notifies the operator.
    Notify(String),
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

/// A screen that another screen asks the console to open, so that screens do not depend on each other's types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Folders and lists at a location.
    Browse(Location),
    /// Prompt for an address to browse.
    AddressPrompt,
    /// Prompt for the upload address of a local file.
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
    /// Items of a job that need a decision by the operator.
    Review(JobId),
}

/// The result of handling a key or a command.
pub enum Transition {
    Stay,
    Do(Effect),
    /// Several effects, in order.
    DoAll(Vec<Effect>),
    /// Opens a dialog above this screen, with the dialog's first effect.
    Push(Box<dyn Screen>, Option<Effect>),
    /// Opens a screen above this screen.
    Open(Route),
    /// Opens a screen in place of this screen.
    Replace(Route),
    /// Closes this screen.
    Pop,
    /// Closes this screen and performs effects, in order.
    PopThen(Vec<Effect>),
    /// The screen does not handle the command, so the console does.
    Ignored,
}

impl Transition {
    /// Returns the effects of a transition that neither opens nor closes a screen.
    pub(crate) fn into_effects(self) -> Vec<Effect> {
        match self {
            Self::Do(effect) => vec![effect],
            Self::DoAll(effects) => effects,
            _ => Vec::new(),
        }
    }
}

/// What drawing needs in addition to the screen's state.
#[derive(Clone, Copy)]
pub struct DrawContext<'a> {
    pub theme: Theme,
    pub keymap: &'a Keymap,
    pub now: jiff::Timestamp,
    /// True for the screen that receives keys. Only its text field sets the terminal's cursor.
    pub has_focus: bool,
}

/// A screen or dialog of the console.
pub trait Screen: Send {
    /// Returns the context whose key bindings apply.
    fn key_context(&self) -> KeyContext;

    /// Returns the keys for the foot of the screen, the most important first.
    fn key_hints(&self) -> &'static [FooterKey] {
        key_hints::hints_for(self.key_context())
    }

    /// Returns the route that opens this screen; `None` for dialogs and for screens that can be open more than once.
    fn route(&self) -> Option<Route> {
        None
    }

    /// Returns the title for the header.
    fn title(&self) -> String;

    /// Applies the operator's preferences. Called when the screen is opened and when the preferences change.
    fn apply_preferences(&mut self, _preferences: &Preferences) {}

    /// Uses the projections of batches that are already attached, the newest last. Called when the screen is opened.
    fn use_projections(&mut self, _projections: &[ProjectionHandle]) {}

    /// Adds a message that the console shows. Only the message log keeps it.
    fn add_log_message(&mut self, _message: &str) {}

    /// Returns the view of the table, so that it can be saved; `None` for a screen without a table.
    fn view(&self) -> Option<SavedView> {
        None
    }

    /// Shows a saved view. Unknown fields are ignored.
    fn apply_view(&mut self, _view: &SavedView) {}

    /// Handles a command.
    fn handle_command(&mut self, command: KeyCommand) -> Transition;

    /// Returns the column names that `:sort` accepts.
    fn sort_columns(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Handles a line of the command line. Returns [`Transition::Ignored`] if the line does not apply to this screen.
    fn handle_line(&mut self, _line: &ParsedCommand) -> Transition {
        Transition::Ignored
    }

    /// Handles a click at a position in the terminal.
    fn handle_click(&mut self, _position: Position) -> Transition {
        Transition::Stay
    }

    /// Handles a key while the operator types text. Returns `None` if no text is being typed, so that the key runs its
    /// command.
    fn handle_key(&mut self, _key: KeyEvent) -> Option<Transition> {
        None
    }

    /// Returns true for the scan screen, which receives scans even while another screen covers it.
    fn accepts_scans(&self) -> bool {
        false
    }

    /// Handles pasted text. Returns `None` if the screen does not accept text.
    fn handle_paste(&mut self, _text: &str) -> Option<Transition> {
        None
    }

    /// Handles a message. Returns the effects that follow.
    fn handle_message(&mut self, _message: &Message) -> Vec<Effect> {
        Vec::new()
    }

    /// Returns the effects that follow from the state. Called after each key and message.
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

    /// Returns a warning if closing the screen would lose what the operator typed. Returns it only once: the same key
    /// again closes the screen.
    fn warn_before_closing(&mut self) -> Option<String> {
        None
    }

    /// Returns true if the screen below stays visible.
    fn is_overlay(&self) -> bool {
        false
    }

    /// Returns a hint about the keys that have a function while the operator types text, for the foot of the screen.
    fn input_hint(&self) -> Option<&'static str> {
        None
    }

    /// Returns the label of the help key at the foot of the screen; `None` for a dialog, which must be closed first.
    fn help_label(&self) -> Option<&'static str> {
        (self.key_context() != KeyContext::Dialog).then_some("help")
    }

    /// Returns true if the screen itself shows the upstream services in an area of this size.
    fn shows_upstreams(&self, _size: Size) -> bool {
        false
    }

    /// Draws the screen into `area`.
    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>);
}
