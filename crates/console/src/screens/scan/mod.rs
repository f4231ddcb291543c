//! The screen for a barcode scanner, which types like a keyboard. A scan is listed before any request is made, and is
//! sent to a job as soon as the backend can be reached.
//!
//! ```text
//! keys ──Enter, Tab──> ScanList ──outbox──> SendScans ──> job ──events──> projection ──> ScanStatus of each scan
//!                                  └─ backend unreachable: scans stay in the outbox, and are sent again every second
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

use crate::backend::ProjectionHandle;
use crate::command::KeyCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::preferences::Preferences;
use crate::scan_session::{ScanEffect, ScanReply};
use crate::screen::{DrawContext, Effect, Route, Screen, Transition};
use domain::job_projection::JobProjection;
use domain::job_spec::{JobId, JobSpec};
use domain::scan::{MIN_BARCODE_DIGITS, TermsCommand, parse_scan};
use domain::text::count::format_count;
use list::ScanList;

/// Maximum bytes of one scan, more than any barcode has. The rest is dropped.
const MAX_TYPED_LENGTH: usize = 200;

/// The job to which scans are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
enum ScanJobState {
    /// The console is asking the backend whether a job accepts scans.
    Joining,
    /// No job accepts scans. The first scan creates one.
    NoJob,
    /// A job is being created.
    Creating,
    /// This job accepts the scans.
    Open(JobId),
}

/// The screen for a barcode scanner.
pub struct ScanScreen {
    /// Prefix of the keys of this screen's scans, unique among all screens.
    session_id: String,
    /// The text of the scan that is being typed.
    typed_text: String,
    /// Number of keys typed on this screen.
    keystrokes: u64,
    /// Pause after the last key that ends a scan; zero if only a key ends a scan.
    idle_timeout: Duration,
    job_state: ScanJobState,
    projection: Option<ProjectionHandle>,
    /// Settings of the job that the first scan will create; `None` until they are loaded.
    next_spec: Option<Box<JobSpec>>,
    list: ScanList,
    cursor: Cursor,
    /// Number of scans made on this screen.
    scan_count: u64,
    /// Number of jobs created by this screen. It is part of the idempotency key, so that a retry does not create a
    /// second job.
    created_jobs: u64,
    is_sending: bool,
    /// Why the last request failed; `None` while the backend can be reached.
    offline_reason: Option<String>,
    /// Why no job could be created for the unsent scans, which wait for the next scan; `None` after that scan.
    rejection: Option<String>,
    /// Message about the last action.
    message: Option<String>,
    /// True after the warning that leaving the screen loses unsent scans.
    leave_warned: bool,
    /// Where the list was last drawn, for clicks.
    table_area: Rect,
}

impl ScanScreen {
    /// Returns the screen, and the effect that finds a job that accepts scans. `session_id` is unique to this screen.
    pub fn new(session_id: String) -> (Self, Effect) {
        let screen = Self {
            session_id,
            typed_text: String::new(),
            keystrokes: 0,
            idle_timeout: Duration::ZERO,
            job_state: ScanJobState::Joining,
            projection: None,
            next_spec: None,
            list: ScanList::default(),
            cursor: Cursor::default(),
            scan_count: 0,
            created_jobs: 0,
            is_sending: false,
            offline_reason: None,
            rejection: None,
            message: None,
            leave_warned: false,
            table_area: Rect::ZERO,
        };
        (screen, Effect::Scan(ScanEffect::FindActiveJob { is_retry: false }))
    }

    /// Reads the state of the job while holding its lock; `None` if no job is attached.
    fn with_projection<T>(&self, read: impl FnOnce(Option<&JobProjection>) -> T) -> T {
        match &self.projection {
            Some(projection) => read(Some(&*projection.read())),
            None => read(None),
        }
    }

    /// Returns true if scans wait on this screen because they cannot be sent.
    fn holds_scans(&self) -> bool {
        self.offline_reason.is_some() || self.rejection.is_some()
    }

    fn next_scan_key(&mut self) -> String {
        self.scan_count += 1;
        format!("{}-{}", self.session_id, self.scan_count)
    }

    /// Adds a scan to the list, or sets the terms of the next scans. Blank text is ignored.
    fn record_scan(&mut self, text: String) {
        if text.trim().is_empty() {
            return;
        }
        (self.message, self.leave_warned) = (None, false);
        if self.list.apply_command(&text) {
            let terms = self.list.terms().summary();
            let shown = if terms.is_empty() { "no grade".to_owned() } else { terms };
            self.message = Some(format!("next scans: {shown}"));
            return;
        }
        let terms = self.list.terms().summary();
        let is_word = text.chars().filter(char::is_ascii_digit).count() < MIN_BARCODE_DIGITS;
        if is_word && !terms.is_empty() && parse_scan(&text).is_err() && TermsCommand::parse_correction(&text).is_none()
        {
            self.message = Some(format!("{:?} is neither a barcode nor a grade; next scans: {terms}", text.trim()));
        }
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

    /// Starts waiting for the pause that ends a scan, if a pause is configured and the text is a barcode.
    fn start_idle_timer(&self) -> Transition {
        if self.idle_timeout.is_zero() || parse_scan(&self.typed_text).is_err() {
            return Transition::Stay;
        }
        Transition::Do(Effect::Scan(ScanEffect::WaitForIdle { after_key: self.keystrokes, timeout: self.idle_timeout }))
    }

    fn open_selected(&self) -> Transition {
        let upc = self.list.nth_newest(self.cursor.selected()).and_then(|row| row.barcode.clone().ok());
        match (&self.job_state, upc) {
            (ScanJobState::Open(job), Some(upc)) => Transition::Open(Route::Item { job: job.clone(), upc }),
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

    /// Warns of scans that are not sent yet.
    fn warn_before_closing(&mut self) -> Option<String> {
        let unsent = self.list.unsent_count();
        if unsent == 0 || std::mem::replace(&mut self.leave_warned, true) {
            return None;
        }
        let scans = format_count(unsent, "scan is", "scans are");
        Some(format!("{scans} not in the batch yet; press the key again to leave anyway"))
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
            KeyCommand::Back | KeyCommand::Quit => match self.warn_before_closing() {
                Some(warning) => {
                    self.message = Some(warning);
                    Transition::Stay
                }
                None => Transition::Ignored,
            },
            _ if self.cursor.handle_command(command, self.list.len()) => Transition::Stay,
            _ => Transition::Ignored,
        }
    }

    /// Handles the keys of a scanner: the characters of a code and its suffix, which is Enter, a line feed, Tab or ETX
    /// depending on the scanner's configuration.
    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        self.keystrokes += 1;
        let is_plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
        let is_ctrl = key.modifiers == KeyModifiers::CONTROL;
        match key.code {
            KeyCode::Enter | KeyCode::Tab => return Some(self.finish_scan()),
            KeyCode::Char('j' | 'm' | 'i') if is_ctrl => return Some(self.finish_scan()),
            // Some scanners send STX before a code and ETX after it. A terminal reports them as ctrl-b and ctrl-c.
            KeyCode::Char('c') if is_ctrl && parse_scan(&self.typed_text).is_ok() => {
                return Some(self.finish_scan());
            }
            KeyCode::Char('c') if is_ctrl && !self.typed_text.is_empty() => self.typed_text.clear(),
            KeyCode::Char('b') if is_ctrl => {}
            // No barcode starts with `?`, so the key opens the help.
            KeyCode::Char('?') if is_plain && self.typed_text.is_empty() => return None,
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

    /// Adds each line of the pasted text as a scan.
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
            _ => return Vec::new(),
        }
        self.collect_effects()
    }

    fn replacement_for(&self, message: &Message) -> Option<Route> {
        match message {
            Message::Scan(ScanReply::JobClosed { job, result: Ok(()) })
                if self.job_state == ScanJobState::Open(job.clone()) =>
            {
                Some(Route::Job(job.clone()))
            }
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        self.draw_scans(frame, area, draw_context);
    }
}
