//! The screen for a barcode scanner, which types like a keyboard: each scan is on the screen before anybody is asked,
//! and in a running batch as soon as somebody answers.
//!
//! ```text
//! typed ──Enter, Tab──> List ──outbox──> Send ──> the batch ──events──> board ──> a sign for each scan
//!                                 └─ nobody answers: kept, and sent again every second
//! ```

mod draw;
mod handed;
mod list;
mod save;
mod sign;

use std::sync::PoisonError;
use std::time::Duration;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};

use super::{Item as Opened, Watch};
use crate::command::Command;
use crate::cursor::Cursor;
use crate::keymap::Place;
use crate::news::News;
use crate::operations::SharedBoard;
use crate::pane::{Action, Look, Pane, Reaction};
use crate::scanning::{Ask, Heard};
use crate::taste::Taste;
use domain::batch::JobId;
use domain::board::Board;
use domain::scan::barcode;
use list::List;

/// More characters than a scan has; what comes beyond is not kept.
const MOST_TYPED: usize = 200;

/// The batch behind the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Batch {
    /// It is asked whether one takes scans.
    Asked,
    /// None does; the first scan begins one.
    Nobody,
    /// One is being begun.
    Beginning,
    Open(JobId),
}

/// The screen.
pub struct Scan {
    /// What tells the scans of this screen from those of others.
    name: String,
    typed: String,
    /// Keys that were typed here.
    strokes: u64,
    /// So much silence ends a scan; none, and a key does.
    pause: Duration,
    batch: Batch,
    board: Option<SharedBoard>,
    list: List,
    cursor: Cursor,
    /// Scans that were made here.
    count: u64,
    /// Batches that were begun here: one that is asked for again, because its answer got lost, is the same.
    batches: u64,
    is_sending: bool,
    /// Why nobody answers.
    down: Option<String>,
    /// A word about what was done last.
    told: Option<String>,
    /// Leaving was asked for while scans were unsent.
    warned: bool,
    /// Where the rows were drawn last.
    table: Rect,
}

impl Scan {
    /// A screen, and the question whether a batch takes scans already. `name` is of this screen alone.
    pub fn new(name: String) -> (Self, Action) {
        let screen = Self {
            name,
            typed: String::new(),
            strokes: 0,
            pause: Duration::ZERO,
            batch: Batch::Asked,
            board: None,
            list: List::default(),
            cursor: Cursor::default(),
            count: 0,
            batches: 0,
            is_sending: false,
            down: None,
            told: None,
            warned: false,
            table: Rect::ZERO,
        };
        (screen, Action::Scans(Ask::Join))
    }

    /// Looks at the board for a moment.
    fn with<T>(&self, look: impl FnOnce(Option<&Board>) -> T) -> T {
        match &self.board {
            Some(board) => look(Some(&*board.read().unwrap_or_else(PoisonError::into_inner))),
            None => look(None),
        }
    }

    fn key(&mut self) -> String {
        self.count += 1;
        format!("{}-{}", self.name, self.count)
    }

    /// The line that was typed is a scan.
    fn scan(&mut self, text: String) {
        if text.trim().is_empty() {
            return;
        }
        (self.told, self.warned) = (None, false);
        let key = self.key();
        let board = self.board.clone();
        let board = board.as_ref().map(|board| board.read().unwrap_or_else(PoisonError::into_inner));
        self.list.take(key, text, board.as_deref());
        self.cursor.go(0);
    }

    fn end_scan(&mut self) -> Reaction {
        let text = std::mem::take(&mut self.typed);
        self.scan(text);
        Reaction::All(self.actions())
    }

    /// Waits for the silence that ends a scan, where one does.
    fn listen(&self) -> Reaction {
        if self.pause.is_zero() || barcode(&self.typed).is_err() {
            return Reaction::Nothing;
        }
        Reaction::Do(Action::Scans(Ask::Silence { after: self.strokes, pause: self.pause }))
    }

    /// Leaving loses what is only here; that is asked for twice.
    fn leave(&mut self) -> Reaction {
        if self.list.unsent() > 0 && !self.warned {
            self.warned = true;
            let unsent = match self.list.unsent() {
                1 => "1 scan is".to_owned(),
                scans => format!("{scans} scans are"),
            };
            self.told = Some(format!("{unsent} not in the batch yet; the same key leaves without"));
            return Reaction::Nothing;
        }
        Reaction::Unknown
    }

    fn open(&self) -> Reaction {
        let upc = self.list.newest(self.cursor.at()).and_then(|row| row.read.clone().ok());
        match (&self.batch, upc) {
            (Batch::Open(job), Some(upc)) => {
                let (item, ask) = Opened::of(job.clone(), upc);
                Reaction::Enter(Box::new(item), Some(ask))
            }
            _ => Reaction::Nothing,
        }
    }
}

impl Pane for Scan {
    fn place(&self) -> Place {
        Place::Scan
    }

    fn title(&self) -> String {
        match &self.batch {
            Batch::Open(job) => format!("scan {job}"),
            _ => "scan".to_owned(),
        }
    }

    fn takes_scans(&self) -> bool {
        true
    }

    fn suit(&mut self, taste: &Taste) {
        self.pause = taste.scan_pause;
    }

    fn point(&mut self, at: Position) -> Reaction {
        let Some(line) = at.y.checked_sub(self.table.y) else { return Reaction::Nothing };
        match self.cursor.point(usize::from(line), self.list.len()) {
            Some(true) => self.open(),
            _ => Reaction::Nothing,
        }
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::TakeBack => self.take_back(),
            Command::Save => self.save(),
            Command::CloseList => self.close(),
            Command::Open => self.open(),
            Command::Back | Command::Quit => self.leave(),
            _ if self.cursor.obey(command, self.list.len()) => Reaction::Nothing,
            _ => Reaction::Unknown,
        }
    }

    /// A scanner's digits, and what ends them: Enter, a line feed or Tab, whichever it is set to, or ETX.
    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        self.strokes += 1;
        let is_plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let is_ctrl = key.modifiers == KeyModifiers::CONTROL;
        match key.code {
            KeyCode::Enter | KeyCode::Tab => return Some(self.end_scan()),
            KeyCode::Char('j' | 'm' | 'i') if is_ctrl => return Some(self.end_scan()),
            // ETX, which some scanners put behind a code as they put STX before it, is the terminal's ctrl-c.
            KeyCode::Char('c') if is_ctrl && barcode(&self.typed).is_ok() => return Some(self.end_scan()),
            KeyCode::Char('c') if is_ctrl && !self.typed.is_empty() => self.typed.clear(),
            KeyCode::Char('b') if is_ctrl => {}
            KeyCode::Char(c) if is_plain => {
                if self.typed.len() < MOST_TYPED {
                    self.typed.push(c);
                }
                return Some(self.listen());
            }
            KeyCode::Backspace => drop(self.typed.pop()),
            KeyCode::Esc if !self.typed.is_empty() => self.typed.clear(),
            _ => return None,
        }
        Some(Reaction::Nothing)
    }

    /// Every line of a text that is pasted is a scan.
    fn pasted(&mut self, text: &str) -> Option<Reaction> {
        let whole = std::mem::take(&mut self.typed) + text;
        for line in whole.split(['\n', '\r', '\t']) {
            self.scan(line.chars().take(MOST_TYPED).collect());
        }
        Some(Reaction::All(self.actions()))
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Scans(heard) => return self.hear(heard),
            News::Watching { job, answer: Ok(board) } if self.batch == Batch::Open(job.clone()) => {
                self.board = Some(board.clone());
                self.list.learn(board);
            }
            News::Happened { job, .. } if self.batch == Batch::Open(job.clone()) => {
                if let Some(board) = self.board.clone() {
                    self.list.learn(&board);
                }
            }
            News::Lost { job, .. } if self.batch == Batch::Open(job.clone()) => {
                return vec![Action::Scans(Ask::Wait { job: job.clone() })];
            }
            _ => return Vec::new(),
        }
        self.actions()
    }

    fn replaced_by(&self, news: &News) -> Option<(Box<dyn Pane>, Action)> {
        match news {
            News::Scans(Heard::Closed { job, answer: Ok(()) }) if self.batch == Batch::Open(job.clone()) => {
                Some((Box::new(Watch::of(job.clone())), Action::Watch(job.clone())))
            }
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        draw::draw(self, frame, area, look);
    }
}
