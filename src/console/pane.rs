//! What every screen is: keys and news in, wishes out, and a drawing. A screen's state, keys and drawing share a file.

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::command::Command;
use super::keymap::{Keymap, Place};
use super::news::News;
use super::operations::{Change, Spot, Wish};
use super::scanning::Ask;
use super::theme::Theme;
use crate::domain::batch::JobId;
use crate::domain::upc::Upc;

/// What a screen wants done. Screens ask, the loop acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    List {
        spot: Spot,
        page: Option<String>,
    },
    Preview {
        source: String,
    },
    Start(Wish),
    Jobs,
    Watch(JobId),
    Change {
        job: JobId,
        change: Change,
    },
    Open {
        job: JobId,
        upc: Upc,
    },
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

    /// Obeys a command.
    fn obey(&mut self, command: Command) -> Reaction;

    /// Takes a key as text, where a text is being typed; `None` where none is.
    fn typed(&mut self, _key: KeyEvent) -> Option<Reaction> {
        None
    }

    /// Takes a text that was pasted; `None` where none can be.
    fn pasted(&mut self, _text: &str) -> Option<Reaction> {
        None
    }

    /// Hears what happened. What it wants then is done.
    fn learn(&mut self, _news: &News) -> Vec<Action> {
        Vec::new()
    }

    /// The screen that takes this one's place after the news, and what it wants first.
    fn replaced_by(&self, _news: &News) -> Option<(Box<dyn Pane>, Action)> {
        None
    }

    /// True for a screen that leaves the one below it to be seen.
    fn is_overlay(&self) -> bool {
        false
    }

    /// Draws itself into `area`.
    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>);
}
