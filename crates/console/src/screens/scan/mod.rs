//! The screen for a barcode scanner, which types like a keyboard: each scan is on the screen before anybody is asked,
//! and in a running batch as soon as somebody answers.
//!
//! ```text
//! typed ──Enter, Tab──> List ──outbox──> Send ──> the batch ──events──> board ──> a sign for each scan
//!                                 └─ nobody answers: kept, and sent again every second
//! ```

mod draw;
mod job_sync;
mod list;
mod save;
mod scan_status;

use std::time::Duration;

use ratatui::Frame;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Position, Rect};

use super::{ItemScreen as Opened, JobScreen};
use crate::backend::ProjectionHandle;
use crate::command::KeyCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::preferences::Preferences;
use crate::scan_session::{ScanEffect, ScanReply};
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::scan::parse_barcode;
use list::ScanList;

/// More characters than a scan has; what comes beyond is not kept.
const MAX_TYPED_LENGTH: usize = 200;

/// The batch behind the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ScanJobState {
    /// It is asked whether one takes scans.
    Joining,
    /// None does; the first scan begins one.
    NoJob,
    /// One is being begun.
    Creating,
    Open(JobId),
}

/// The screen.
pub struct ScanScreen {
    /// What tells the scans of this screen from those of others.
    session_id: String,
    typed_text: String,
    /// Keys that were typed here.
    keystrokes: u64,
    /// So much silence ends a scan; none, and a key does.
    idle_timeout: Duration,
    job_state: ScanJobState,
    projection: Option<ProjectionHandle>,
    list: ScanList,
    cursor: Cursor,
    /// Scans that were made here.
    scan_count: u64,
    /// Batches that were begun here: one that is asked for again, because its answer got lost, is the same.
    created_jobs: u64,
    is_sending: bool,
    /// Why nobody answers.
    offline_reason: Option<String>,
    /// A word about what was done last.
    message: Option<String>,
    /// Leaving was asked for while scans were unsent.
    leave_warned: bool,
    /// Where the rows were drawn last.
    table_area: Rect,
}

impl ScanScreen {
    /// A screen, and the question whether a batch takes scans already. `name` is of this screen alone.
    pub fn new(name: String) -> (Self, Effect) {
        let screen = Self {
            session_id: name,
            typed_text: String::new(),
            keystrokes: 0,
            idle_timeout: Duration::ZERO,
            job_state: ScanJobState::Joining,
            projection: None,
            list: ScanList::default(),
            cursor: Cursor::default(),
            scan_count: 0,
            created_jobs: 0,
            is_sending: false,
            offline_reason: None,
            message: None,
            leave_warned: false,
            table_area: Rect::ZERO,
        };
        (screen, Effect::Scan(ScanEffect::FindActiveJob))
    }

    /// Looks at the board for a moment.
    fn with_projection<T>(&self, look: impl FnOnce(Option<&JobProjection>) -> T) -> T {
        match &self.projection {
            Some(projection) => look(Some(&*projection.read())),
            None => look(None),
        }
    }

    fn next_scan_key(&mut self) -> String {
        self.scan_count += 1;
        format!("{}-{}", self.session_id, self.scan_count)
    }

    /// The line that was typed is a scan.
    fn record_scan(&mut self, text: String) {
        if text.trim().is_empty() {
            return;
        }
        (self.message, self.leave_warned) = (None, false);
        let key = self.next_scan_key();
        let projection = self.projection.clone();
        let projection = projection.as_ref().map(|projection| projection.read());
        self.list.add_scan(key, text, projection.as_deref());
        self.cursor.select(0);
    }

    fn finish_scan(&mut self) -> Transition {
        let text = std::mem::take(&mut self.typed_text);
        self.record_scan(text);
        Transition::DoAll(self.collect_effects())
    }

    /// Waits for the silence that ends a scan, where one does.
    fn start_idle_timer(&self) -> Transition {
        if self.idle_timeout.is_zero() || parse_barcode(&self.typed_text).is_err() {
            return Transition::Stay;
        }
        Transition::Do(Effect::Scan(ScanEffect::WaitForIdle { after_key: self.keystrokes, timeout: self.idle_timeout }))
    }

    /// Leaving loses what is only here; that is asked for twice.
    fn confirm_leave(&mut self) -> Transition {
        if self.list.unsent_count() > 0 && !self.leave_warned {
            self.leave_warned = true;
            let unsent = match self.list.unsent_count() {
                1 => "1 scan is".to_owned(),
                scans => format!("{scans} scans are"),
            };
            self.message = Some(format!("{unsent} not in the batch yet; the same key leaves without"));
            return Transition::Stay;
        }
        Transition::Ignored
    }

    fn open_selected(&self) -> Transition {
        let upc = self.list.nth_newest(self.cursor.selected()).and_then(|row| row.barcode.clone().ok());
        match (&self.job_state, upc) {
            (ScanJobState::Open(job), Some(upc)) => {
                let (item, ask) = Opened::new(job.clone(), upc);
                Transition::Push(Box::new(item), Some(ask))
            }
            _ => Transition::Stay,
        }
    }
}

impl Screen for ScanScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Scan
    }

    fn title(&self) -> String {
        match &self.job_state {
            ScanJobState::Open(job) => format!("scan {job}"),
            _ => "scan".to_owned(),
        }
    }

    fn accepts_scans(&self) -> bool {
        true
    }

    fn apply_preferences(&mut self, preferences: &Preferences) {
        self.idle_timeout = preferences.scan_idle_timeout;
    }

    fn handle_click(&mut self, at: Position) -> Transition {
        let Some(line) = at.y.checked_sub(self.table_area.y) else { return Transition::Stay };
        match self.cursor.select_line(usize::from(line), self.list.len()) {
            Some(true) => self.open_selected(),
            _ => Transition::Stay,
        }
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::UndoScan => self.undo_scan(),
            KeyCommand::SaveScans => self.open_save_prompt(),
            KeyCommand::CloseScanJob => self.close_list(),
            KeyCommand::Open => self.open_selected(),
            KeyCommand::Back | KeyCommand::Quit => self.confirm_leave(),
            _ if self.cursor.handle_command(command, self.list.len()) => Transition::Stay,
            _ => Transition::Ignored,
        }
    }

    /// A scanner's digits, and what ends them: Enter, a line feed or Tab, whichever it is set to, or ETX.
    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        self.keystrokes += 1;
        let is_plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let is_ctrl = key.modifiers == KeyModifiers::CONTROL;
        match key.code {
            KeyCode::Enter | KeyCode::Tab => return Some(self.finish_scan()),
            KeyCode::Char('j' | 'm' | 'i') if is_ctrl => return Some(self.finish_scan()),
            // ETX, which some scanners put behind a code as they put STX before it, is the terminal's ctrl-c.
            KeyCode::Char('c') if is_ctrl && parse_barcode(&self.typed_text).is_ok() => {
                return Some(self.finish_scan());
            }
            KeyCode::Char('c') if is_ctrl && !self.typed_text.is_empty() => self.typed_text.clear(),
            KeyCode::Char('b') if is_ctrl => {}
            KeyCode::Char(c) if is_plain => {
                if self.typed_text.len() < MAX_TYPED_LENGTH {
                    self.typed_text.push(c);
                }
                return Some(self.start_idle_timer());
            }
            KeyCode::Backspace => drop(self.typed_text.pop()),
            KeyCode::Esc if !self.typed_text.is_empty() => self.typed_text.clear(),
            _ => return None,
        }
        Some(Transition::Stay)
    }

    /// Every line of a text that is pasted is a scan.
    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        let whole = std::mem::take(&mut self.typed_text) + text;
        for line in whole.split(['\n', '\r', '\t']) {
            self.record_scan(line.chars().take(MAX_TYPED_LENGTH).collect());
        }
        Some(Transition::DoAll(self.collect_effects()))
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::Scan(reply) => return self.handle_reply(reply),
            Message::JobAttached { job, result: Ok(projection) }
                if self.job_state == ScanJobState::Open(job.clone()) =>
            {
                self.projection = Some(projection.clone());
                self.list.import_scans(projection);
            }
            Message::JobEvents { job, .. } if self.job_state == ScanJobState::Open(job.clone()) => {
                if let Some(projection) = self.projection.clone() {
                    self.list.import_scans(&projection);
                }
            }
            Message::StreamLost { job, .. } if self.job_state == ScanJobState::Open(job.clone()) => {
                return vec![Effect::Scan(ScanEffect::WaitToReattach { job: job.clone() })];
            }
            _ => return Vec::new(),
        }
        self.collect_effects()
    }

    fn replacement_for(&self, message: &Message) -> Option<(Box<dyn Screen>, Effect)> {
        match message {
            Message::Scan(ScanReply::JobClosed { job, result: Ok(()) })
                if self.job_state == ScanJobState::Open(job.clone()) =>
            {
                Some((Box::new(JobScreen::new(job.clone())), Effect::AttachJob(job.clone())))
            }
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        draw::draw_screen(self, frame, area, draw_context);
    }
}
