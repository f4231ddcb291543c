//! What every screen is: keys and news in, wishes out, and a drawing. A screen's state, keys and drawing share a file.

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect, Size};

use super::arranging::Arranging;
use super::columns::Columns;
use super::command::Command;
use super::keymap::{Keymap, Place};
use super::news::News;
use super::operations::{Change, Moment, Spot, Wish};
use super::say::Said;
use super::scanning::Ask;
use super::taste::{Kept, Taste};
use super::theme::Theme;
use domain::act::Act;
use domain::batch::JobId;
use domain::review::Answer;
use domain::survey::Amount;
use domain::upc::Upc;

/// What a screen wants done. Screens ask, the loop acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    List {
        spot: Spot,
        page: Option<String>,
    },
    /// What an address leads to.
    Find(String),
    Bookmark(Spot),
    /// What an address that is being typed can become.
    Complete(String),
    /// Over exactly this generation, or under a name that is not there yet.
    Upload {
        file: String,
        to: String,
        over: Option<i64>,
    },
    Preview {
        source: String,
    },
    /// The list is not read any further.
    StopReading(String),
    Forecast {
        wish: Wish,
        amount: Amount,
    },
    Start(Wish),
    Jobs,
    Watch(JobId),
    Change {
        job: JobId,
        change: Change,
    },
    /// Something for some items of a batch.
    Act {
        job: JobId,
        act: Act,
        upcs: Vec<Upc>,
    },
    /// Rows of a batch into a file.
    Export {
        job: JobId,
        upcs: Vec<Upc>,
        path: std::path::PathBuf,
        replace: bool,
    },
    /// Rows chosen and put in order.
    Arrange(Arranging),
    /// A batch as it was.
    Past {
        job: JobId,
        moment: Moment,
    },
    Open {
        job: JobId,
        upc: Upc,
    },
    /// What waits for a person.
    Waiting(JobId),
    Decide {
        job: JobId,
        upc: Upc,
        answer: Box<Answer>,
    },
    /// Tables show these from now on; kept, where the choice is made.
    Columns {
        columns: Columns,
        keep: bool,
    },
    Keep(Kept),
    /// The mouse is the console's, or the terminal's own.
    Mouse(bool),
    /// Asks nothing yet: news come once the cursor has rested on the item for a moment.
    Rest {
        job: JobId,
        upc: Upc,
    },
    /// What eBay holds of the item's drafts, against what we sent.
    Compare {
        job: JobId,
        upc: Upc,
    },
    /// A picture, made ready for so many cells.
    Picture {
        address: String,
        room: Size,
    },
    /// Opens an address in the operator's browser, or says it where there is none.
    Visit(String),
    /// A word for the operator.
    Say(String),
    Scans(Ask),
    /// The terminal's bell, where it is set.
    Ring,
    Copy(String),
    /// The run as plain lines, outside the full screen.
    Lines(JobId),
    Suspend,
    Leave,
}

/// What becomes of a key.
pub enum Reaction {
    Nothing,
    Do(Action),
    /// Several at once.
    All(Vec<Action>),
    /// Another screen over this one, and what it wants first.
    Enter(Box<dyn Pane>, Option<Action>),
    /// Another screen in the place of this one.
    Become(Box<dyn Pane>, Option<Action>),
    Close,
    /// Closes the screen and does this.
    Answer(Action),
    /// The screen has no use for it.
    Unknown,
}

/// What a drawing needs beside the screen's own state.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub theme: Theme,
    pub keymap: &'a Keymap,
    pub now: jiff::Timestamp,
}

/// One screen.
pub trait Pane: Send {
    /// Which keys count here.
    fn place(&self) -> Place;

    /// For the head of the screen.
    fn title(&self) -> String;

    /// Takes on the operator's wishes: when it is opened, and when they change.
    fn suit(&mut self, _taste: &Taste) {}

    /// Obeys a command.
    fn obey(&mut self, command: Command) -> Reaction;

    /// What the screen can be sorted by, as it is said.
    fn sorts(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Hears what was said after `:`; [`Reaction::Unknown`] where it is nothing here.
    fn hear(&mut self, _said: &Said) -> Reaction {
        Reaction::Unknown
    }

    /// The mouse was pressed at a place of the whole screen.
    fn point(&mut self, _at: Position) -> Reaction {
        Reaction::Nothing
    }

    /// Takes a key as text, where a text is being typed; `None` where none is.
    fn typed(&mut self, _key: KeyEvent) -> Option<Reaction> {
        None
    }

    /// True for the scanner's screen, on which a scan lands also while another one lies over it.
    fn takes_scans(&self) -> bool {
        false
    }

    /// Takes a text that was pasted; `None` where none can be.
    fn pasted(&mut self, _text: &str) -> Option<Reaction> {
        None
    }

    /// Hears what happened. What it wants then is done.
    fn learn(&mut self, _news: &News) -> Vec<Action> {
        Vec::new()
    }

    /// What it wants by itself, once keys and news were taken in. It is asked after each of them.
    fn wants(&mut self) -> Option<Action> {
        None
    }

    /// The screen that takes this one's place after the news, and what it wants first.
    fn replaced_by(&self, _news: &News) -> Option<(Box<dyn Pane>, Action)> {
        None
    }

    /// True where the news ends the screen.
    fn is_over(&self, _news: &News) -> bool {
        false
    }

    /// True for a screen that leaves the one below it to be seen.
    fn is_overlay(&self) -> bool {
        false
    }

    /// While keys are text: what the others do, for the foot of the screen.
    fn typing(&self) -> Option<&'static str> {
        None
    }

    /// True where it tells of the upstreams itself, in an area of this size.
    fn shows_upstreams(&self, _room: Size) -> bool {
        false
    }

    /// Draws itself into `area`.
    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>);
}
