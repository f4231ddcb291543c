//! The screen for a barcode scanner, which types like a keyboard: each scan is on the screen before anybody is asked,
//! and in a running batch as soon as somebody answers.
//!
//! ```text
//! typed ──Enter, Tab──> List ──outbox──> Send ──> the batch ──events──> board ──> a sign for each scan
//!                                 └─ nobody answers: kept, and sent again every second
//! ```

mod draw;
mod list;
mod save;
mod sign;

use std::sync::PoisonError;
use std::time::Duration;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};

use super::{Item as Opened, Watch};
use crate::console::command::Command;
use crate::console::cursor::Cursor;
use crate::console::keymap::Place;
use crate::console::news::News;
use crate::console::operations::SharedBoard;
use crate::console::pane::{Action, Look, Pane, Reaction};
use crate::console::scanning::{Ask, Heard, Unsent};
use crate::console::taste::Taste;
use crate::domain::batch::JobId;
use crate::domain::board::Board;
use crate::domain::item::Item;
use crate::domain::scan::barcode;
use list::List;
use save::Save;

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

    /// What has to be asked now that there is something to send.
    fn send(&mut self) -> Option<Action> {
        let scans = self.list.next();
        if self.is_sending || scans.is_empty() {
            return None;
        }
        let again = self.down.is_some();
        let ask = match &self.batch {
            Batch::Asked | Batch::Beginning => return None,
            Batch::Nobody => {
                self.batch = Batch::Beginning;
                Ask::Begin { key: format!("{}-batch-{}", self.name, self.batches), again }
            }
            Batch::Open(job) => {
                self.is_sending = true;
                Ask::Send { job: job.clone(), scans, again }
            }
        };
        Some(Action::Scans(ask))
    }

    /// The bell for what was not heard before, then what there is to ask.
    fn actions(&mut self) -> Vec<Action> {
        let board = self.board.clone();
        let board = board.as_ref().map(|board| board.read().unwrap_or_else(PoisonError::into_inner));
        let ring = (self.list.ring(board.as_deref()) > 0).then_some(Action::Ring);
        drop(board);
        ring.into_iter().chain(self.send()).collect()
    }

    /// The newest scan that still stands is taken back.
    fn take_back(&mut self) -> Reaction {
        let newest = (0..self.list.len()).filter_map(|back| self.list.newest(back));
        let found = self.with(|board| newest.into_iter().find(|row| row.stands(board)).map(|row| row.key.clone()));
        let Some(key) = found else {
            self.told = Some("there is no scan to take back".to_owned());
            return Reaction::Nothing;
        };
        // While it is on its way, nobody knows yet where it is.
        if !self.is_sending && self.list.take_out(&key) {
            self.told = Some("taken back".to_owned());
            return Reaction::Nothing;
        }
        match &self.batch {
            Batch::Open(job) => Reaction::Do(Action::Scans(Ask::TakeBack { job: job.clone(), key })),
            _ => Reaction::Nothing,
        }
    }

    /// The list as a file that a batch can run over: a UPC a line, and the copies where there are several.
    fn as_list(&self) -> String {
        let line = |item: &Item| match item.copies {
            1 => format!("{}\n", item.upc),
            copies => format!("{},{copies}\n", item.upc),
        };
        self.with(|board| {
            let items = board.map(Board::items).unwrap_or_default();
            items.iter().filter(|item| item.copies > 0).map(line).collect()
        })
    }

    fn save(&mut self) -> Reaction {
        let text = self.as_list();
        if text.is_empty() || self.list.unsent() > 0 {
            self.told = Some("nothing is saved: the batch does not have the scans yet".to_owned());
            return Reaction::Nothing;
        }
        let stamp = match &self.batch {
            Batch::Open(job) => job.stamp().to_owned(),
            _ => String::new(),
        };
        Reaction::Enter(Box::new(Save::of(text, format!("scans_{stamp}.txt"))), None)
    }

    fn close(&mut self) -> Reaction {
        match &self.batch {
            Batch::Open(job) if self.list.unsent() == 0 => Reaction::Do(Action::Scans(Ask::Close { job: job.clone() })),
            Batch::Open(_) | Batch::Beginning => {
                self.told = Some("not closed: the batch does not have all scans yet".to_owned());
                Reaction::Nothing
            }
            Batch::Asked | Batch::Nobody => {
                self.told = Some("there is nothing to close: no scan was made".to_owned());
                Reaction::Nothing
            }
        }
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

    fn joined(&mut self, job: JobId) -> Vec<Action> {
        self.batch = Batch::Open(job.clone());
        self.board = None;
        let mut wanted = vec![Action::Watch(job)];
        wanted.extend(self.send());
        wanted
    }

    fn hear(&mut self, heard: &Heard) -> Vec<Action> {
        match heard {
            Heard::Joined(answer) if self.batch == Batch::Asked => {
                self.batch = Batch::Nobody;
                match answer {
                    Ok(Some(job)) => return self.joined(job.clone()),
                    Ok(None) => {}
                    Err(why) => self.told = Some(why.clone()),
                }
            }
            Heard::Begun(answer) if self.batch == Batch::Beginning => match answer {
                Ok(job) => {
                    self.batches += 1;
                    self.down = None;
                    return self.joined(job.clone());
                }
                Err(Unsent::Down(why) | Unsent::Refused(why)) => {
                    (self.batch, self.down) = (Batch::Nobody, Some(why.clone()));
                }
            },
            Heard::Sent { job, keys, answer } if self.batch == Batch::Open(job.clone()) => {
                self.is_sending = false;
                self.hear_sent(keys, answer);
            }
            Heard::TakenBack(Ok(words) | Err(words)) => self.told = Some(words.clone()),
            Heard::Closed { answer: Err(why), .. } => self.told = Some(why.clone()),
            Heard::Saved(Ok(to)) => self.told = Some(format!("saved as {to}")),
            Heard::Saved(Err(why)) => self.told = Some(format!("not saved: {why}")),
            Heard::Silence { after } if *after == self.strokes && barcode(&self.typed).is_ok() => {
                let text = std::mem::take(&mut self.typed);
                self.scan(text);
            }
            Heard::Waited { job } if self.batch == Batch::Open(job.clone()) => return vec![Action::Watch(job.clone())],
            _ => {}
        }
        self.actions()
    }

    fn hear_sent(&mut self, keys: &[String], answer: &Result<(), Unsent>) {
        match answer {
            Ok(()) => {
                self.list.sent(keys);
                self.down = None;
            }
            Err(Unsent::Down(why)) => self.down = Some(why.clone()),
            Err(Unsent::Refused(why)) => {
                self.told = Some(format!("a new batch begins: {why}"));
                (self.batch, self.board) = (Batch::Nobody, None);
                self.list.begin_anew();
            }
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
