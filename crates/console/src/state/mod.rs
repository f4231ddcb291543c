//! The console as it is: screens upon screens, and the last word to the operator. Keys and news change it and nothing
//! else does; what is to be done comes out as actions.

mod draw;
mod scanner_input;

use std::collections::VecDeque;

use ratatui::crossterm::event::{Event as Input, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::backend::{Gauge, Location, ProjectionHandle};
use super::clipboard::Clipboard;
use super::command::KeyCommand;
use super::command_line::CommandLine;
use super::command_parser::{self, CompletionContext, ParsedCommand};
use super::keymap::{KeyContext, Keymap};
use super::message::Message;
use super::preferences::Preferences;
use super::screen::{Effect, Screen, Transition};
use super::screens::{
    BrowseScreen, BulkFailures, ColumnPicker, ConfirmDialog, HelpScreen, JobListScreen, JobScreen, MessageLog,
};
use super::terminal_capabilities::TerminalCapabilities;
use super::theme::Theme;
use domain::bulk_action::{BulkActionResult, ItemAction};
use domain::job::JobState;
use domain::job_spec::JobId;
use domain::terminal_text::strip_terminal_controls;

/// Words that are kept for the log.
const MAX_LOG_MESSAGES: usize = 500;

/// Rows that the wheel of a mouse goes at once.
const WHEEL_ROWS: usize = 3;

/// All of it.
pub struct Console {
    /// Who runs the batches.
    backend_name: String,
    keymap: Keymap,
    theme: Theme,
    /// The lowest is never closed.
    screens: Vec<Box<dyn Screen>>,
    messages: VecDeque<String>,
    /// The last word, until the next key.
    status_message: Option<String>,
    upstreams: Vec<Gauge>,
    preferences: Preferences,
    command_line: CommandLine,
    /// Batches that were heard of, for completing what is said.
    known_jobs: Vec<JobId>,
    /// What a scanner has typed over another screen than its own.
    scan_buffer: String,
    /// Batches that are watched.
    projections: Vec<ProjectionHandle>,
    /// True where batches run in this process, and so stop with it.
    stops_on_exit: bool,
    /// What can be reached from this terminal.
    pub(super) capabilities: TerminalCapabilities,
    pub(super) clipboard: Clipboard,
}

impl Console {
    /// A console that begins with a screen. `stops_with_us` says that batches run in this process.
    pub fn new(
        backend_name: String,
        keymap: Keymap,
        theme: Theme,
        first: Box<dyn Screen>,
        stops_on_exit: bool,
    ) -> Self {
        let screens = vec![first];
        let (messages, upstreams, projections) = (VecDeque::new(), Vec::new(), Vec::new());
        let (preferences, command_line, known_jobs) = (Preferences::default(), CommandLine::default(), Vec::new());
        Self {
            backend_name,
            keymap,
            theme,
            screens,
            messages,
            status_message: None,
            upstreams,
            preferences,
            command_line,
            known_jobs,
            scan_buffer: String::new(),
            projections,
            stops_on_exit,
            capabilities: TerminalCapabilities::default(),
            clipboard: Clipboard::default(),
        }
    }

    /// The same in a terminal from which this can be reached.
    pub fn with_capabilities(self, reach: TerminalCapabilities) -> Self {
        Self { capabilities: reach, ..self }
    }

    /// The same, with the operator's wishes.
    pub fn with_preferences(mut self, preferences: Preferences) -> Self {
        self.preferences = preferences;
        self.apply_preferences();
        self
    }

    fn apply_preferences(&mut self) {
        self.screens.iter_mut().for_each(|screen| screen.apply_preferences(&self.preferences));
    }

    fn push_screen(&mut self, mut screen: Box<dyn Screen>) {
        screen.apply_preferences(&self.preferences);
        self.screens.push(screen);
    }

    /// What the console does itself; the rest is for the loop.
    fn handle_effect(&mut self, action: Effect) -> Vec<Effect> {
        match action {
            Effect::SetColumns { columns, persist: keep } => {
                self.preferences.columns = columns;
                self.apply_preferences();
                self.preferences.columns_file_write().filter(|_| keep).map(Effect::SaveFile).into_iter().collect()
            }
            Effect::CaptureMouse(taken) => {
                self.preferences.capture_mouse = taken;
                self.notify_user(if taken {
                    "the mouse is the console's: press a row, a heading, turn the wheel; the same key gives it back"
                } else {
                    "the mouse is the terminal's own"
                });
                vec![action]
            }
            action => vec![action],
        }
    }

    /// Somebody runs the batches now: this console could say only later who.
    pub fn set_backend(&mut self, runner: String, stops_with_us: bool) {
        (self.backend_name, self.stops_on_exit) = (runner, stops_with_us);
    }

    /// One key.
    pub fn handle_key(&mut self, key: KeyEvent) -> Vec<Effect> {
        self.status_message = None;
        if self.command_line.is_open() {
            let (speech, names) = self.command_line_context();
            let text = speech.handle_key(key, &names);
            return text.map(|line| self.run_line(&line)).unwrap_or_default();
        }
        if let Some(reaction) = self.top_screen().handle_key(key) {
            return self.apply_transition(reaction);
        }
        if let Some(wanted) = self.capture_scan_key(key) {
            return wanted;
        }
        let place = self.top_screen().key_context();
        let Some(command) = self.keymap.command_for(place, key) else { return Vec::new() };
        self.run_command(command)
    }

    fn run_command(&mut self, command: KeyCommand) -> Vec<Effect> {
        match self.top_screen().handle_command(command) {
            Transition::Ignored => self.handle_global_command(command),
            reaction => self.apply_transition(reaction),
        }
    }

    /// The line at the foot, and the names that it knows.
    fn command_line_context(&mut self) -> (&mut CommandLine, CompletionContext<'_>) {
        let top = self.screens.last();
        let place = top.map_or(KeyContext::Global, |top| top.key_context());
        let sorts = top.map_or_else(Vec::new, |top| top.sort_columns());
        (
            &mut self.command_line,
            CompletionContext { keymap: &self.keymap, key_context: place, sort_columns: sorts, jobs: &self.known_jobs },
        )
    }

    /// Does what was said after `:`, or tells why not.
    pub fn run_line(&mut self, line: &str) -> Vec<Effect> {
        let reported = match command_parser::parse_line(line) {
            Ok(reported) => reported,
            Err(why) => {
                self.notify_user(&why);
                return Vec::new();
            }
        };
        match reported {
            ParsedCommand::Command(command) => self.run_command_if_bound(command),
            ParsedCommand::Columns(columns) => self.handle_effect(Effect::SetColumns { columns, persist: true }),
            ParsedCommand::Theme(name) => {
                self.theme = self.theme.with_built_in(name);
                Vec::new()
            }
            ParsedCommand::Watch(job) => {
                let watch = JobScreen::new(job.clone());
                self.apply_transition(Transition::Push(Box::new(watch), Some(Effect::AttachJob(job))))
            }
            ParsedCommand::Sort { column: by, .. }
                if !self.top_screen().sort_columns().iter().any(|name| *name == by) =>
            {
                let all = self.top_screen().sort_columns().join(", ");
                self.notify_user(&format!(
                    "{by:?} is nothing to sort by here; there are {}",
                    if all.is_empty() { "none" } else { &all }
                ));
                Vec::new()
            }
            reported => match self.top_screen().handle_line(&reported) {
                Transition::Ignored => {
                    self.notify_user(&format!(":{} is nothing on this screen", strip_terminal_controls(line)));
                    Vec::new()
                }
                reaction => self.apply_transition(reaction),
            },
        }
    }

    fn run_command_if_bound(&mut self, command: KeyCommand) -> Vec<Effect> {
        let place = self.top_screen().key_context();
        if self.keymap.keys_for(place, command).is_none() {
            self.notify_user(&format!(":{} is nothing on this screen", command.spec().name));
            return Vec::new();
        }
        self.run_command(command)
    }

    /// The mouse: the wheel goes a few rows, a press is the screen's.
    pub fn handle_mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        let wheel = |command| Some([command; WHEEL_ROWS]);
        let turned = match mouse.kind {
            MouseEventKind::ScrollUp => wheel(KeyCommand::Up),
            MouseEventKind::ScrollDown => wheel(KeyCommand::Down),
            MouseEventKind::Down(MouseButton::Left) => {
                self.status_message = None;
                let reaction = self.top_screen().handle_click(Position::new(mouse.column, mouse.row));
                return self.apply_transition(reaction);
            }
            _ => None,
        };
        let turned = turned.into_iter().flatten();
        turned.flat_map(|command| self.run_command(command)).collect()
    }

    /// True for a key that ends the plain lines outside the full screen: the one that began them, and those that
    /// leave or go back.
    pub fn leaves_plain_output(&self, input: &Input) -> bool {
        let Input::Key(key) = input else { return false };
        let command = self.keymap.command_for(KeyContext::Watch, *key);
        matches!(command, Some(KeyCommand::PlainOutput | KeyCommand::Back | KeyCommand::Open | KeyCommand::Quit))
    }

    /// Commands that mean the same on every screen.
    fn handle_global_command(&mut self, command: KeyCommand) -> Vec<Effect> {
        let reaction = match command {
            KeyCommand::Back if self.screens.len() > 1 => Transition::Pop,
            KeyCommand::Help => {
                Transition::Push(Box::new(HelpScreen::for_context(self.top_screen().key_context())), None)
            }
            KeyCommand::CommandLine => {
                self.command_line.open();
                Transition::Do(Effect::ListJobs)
            }
            KeyCommand::ToggleMouse => Transition::Do(Effect::CaptureMouse(!self.preferences.capture_mouse)),
            KeyCommand::Columns => Transition::Push(Box::<ColumnPicker>::default(), None),
            KeyCommand::MessageLog => Transition::Push(Box::new(MessageLog::from_messages(self.messages.iter())), None),
            KeyCommand::Jobs => Transition::Push(Box::<JobListScreen>::default(), Some(Effect::ListJobs)),
            KeyCommand::Browse => {
                let (browse, ask) = BrowseScreen::for_current_dir();
                Transition::Push(Box::new(browse), Some(ask))
            }
            KeyCommand::Bookmarks => {
                let (browse, ask) = BrowseScreen::for_location(Location::Bookmarks);
                Transition::Push(Box::new(browse), Some(ask))
            }
            KeyCommand::Scan => self.open_scanner(),
            KeyCommand::Suspend => Transition::Do(Effect::Suspend),
            KeyCommand::Quit if self.stops_on_exit && self.has_live_jobs() => {
                Transition::Push(Box::new(ConfirmDialog::for_quit()), None)
            }
            KeyCommand::Quit => Transition::Do(Effect::Quit),
            _ => Transition::Stay,
        };
        self.apply_transition(reaction)
    }

    fn apply_transition(&mut self, reaction: Transition) -> Vec<Effect> {
        match reaction {
            Transition::Stay | Transition::Ignored => Vec::new(),
            Transition::Do(action) => self.handle_effect(action),
            Transition::DoAll(actions) => actions,
            Transition::Push(screen, action) => {
                self.push_screen(screen);
                action.into_iter().collect()
            }
            Transition::Replace(screen, action) => {
                self.screens.pop();
                self.push_screen(screen);
                action.into_iter().collect()
            }
            Transition::Pop => {
                self.pop_screen();
                Vec::new()
            }
            Transition::PopThen(action) => {
                self.pop_screen();
                self.handle_effect(action)
            }
        }
    }

    fn pop_screen(&mut self) {
        if self.screens.len() > 1 {
            self.screens.pop();
        }
    }

    /// News, for every screen.
    pub fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::Notify(message) => self.notify_user(message),
            Message::JobsListed(Ok(jobs)) => self.known_jobs = jobs.iter().map(|line| line.job.clone()).collect(),
            Message::Upstreams(gauges) => self.upstreams.clone_from(gauges),
            Message::JobAttached { result: Ok(projection), .. } => self.projections.push(projection.clone()),
            Message::JobStarted(Err(why)) => self.notify_user(&why.to_string()),
            Message::StreamLost { job, error: why } => self.notify_user(&format!("{job}: {why}")),
            Message::BulkActionDone { action: act, result: Err(why), .. } => {
                self.notify_user(&format!("not {}: {why}", act.completed_label()))
            }
            Message::BulkActionDone { action: act, result: Ok(acted), .. } => {
                self.notify_user(&format!(
                    "{} {}, {} not",
                    acted.succeeded.len(),
                    act.completed_label(),
                    acted.rejected.len()
                ));
            }
            Message::RowsExported { path, result: Ok(rows) } => {
                self.notify_user(&format!("{rows} rows are in {}", path.display()))
            }
            Message::RowsExported { result: Err(why), .. } => self.notify_user(&why.message),
            Message::JobChanged { action: change, result: Err(why), .. } => {
                self.notify_user(&format!("cannot {}: {why}", change.verb()))
            }
            _ => {}
        }
        let mut wanted = self.reattach_effect(message).into_iter().collect::<Vec<_>>();
        for screen in &mut self.screens {
            if let Some((next, action)) = screen.replacement_for(message) {
                *screen = next;
                screen.apply_preferences(&self.preferences);
                wanted.push(action);
            }
            wanted.extend(screen.handle_message(message));
        }
        let mut number = 0;
        self.screens.retain(|screen| {
            number += 1;
            number == 1 || !screen.should_close(message)
        });
        if let Message::BulkActionDone { job, action: act, result: Ok(acted) } = message {
            wanted.extend(self.show_bulk_result(job, *act, acted));
        }
        wanted
    }

    /// The batch that a retry made, and over it what it was not done to.
    fn show_bulk_result(&mut self, job: &JobId, act: ItemAction, acted: &BulkActionResult) -> Option<Effect> {
        let new = (acted.job != *job).then(|| acted.job.clone());
        if let Some(new) = &new {
            self.screens.push(Box::new(JobScreen::new(new.clone())));
        }
        if !acted.rejected.is_empty() {
            self.screens.push(Box::new(BulkFailures::from_result(act, acted)));
        }
        new.map(Effect::AttachJob)
    }

    /// The news of a service's batch ended with it, and a decision lets it run once more.
    fn reattach_effect(&self, message: &Message) -> Option<Effect> {
        let Message::ReviewSubmitted { job, result: Ok(result), .. } = message else { return None };
        let projections = self.projections.iter().map(|projection| projection.read());
        let newest = projections.rev().find(|projection| projection.job == *job)?;
        let ended = !self.stops_on_exit && result.resumes_item() && newest.state == JobState::Completed;
        ended.then(|| Effect::AttachJob(job.clone()))
    }

    /// What the screens want by themselves.
    pub fn pending_effects(&mut self) -> Vec<Effect> {
        self.screens.iter_mut().filter_map(|screen| screen.pending_effect()).collect()
    }

    fn has_live_jobs(&self) -> bool {
        self.projections.iter().any(|projection| projection.read().state.is_active())
    }

    /// A word for the operator: at the foot until the next key, and in the log.
    pub fn notify_user(&mut self, message: &str) {
        let message = strip_terminal_controls(message).into_owned();
        if self.messages.len() == MAX_LOG_MESSAGES {
            self.messages.pop_front();
        }
        self.messages.push_back(message.clone());
        self.status_message = Some(message);
    }

    /// Where the operator is.
    pub fn key_context(&mut self) -> KeyContext {
        self.top_screen().key_context()
    }

    fn top_screen(&mut self) -> &mut dyn Screen {
        let last = self.screens.len() - 1;
        self.screens[last].as_mut()
    }
}
