//! The state of the console: the stack of screens, and what all screens share. Only keys and messages change it. Its
//! methods return effects, which the event loop performs.

mod draw;
mod line_commands;
mod messages;
mod scanner_input;
mod views;

use std::collections::VecDeque;
use std::path::PathBuf;

use jiff::Timestamp;
use ratatui::crossterm::event::{
    Event as Input, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use ratatui::layout::Position;

use super::backend::{Location, ProjectionHandle, UpstreamStatus};
use super::clipboard::Clipboard;
use super::command::KeyCommand;
use super::command_line::CommandLine;
use super::job_effect::JobEffect;
use super::keymap::{KeyContext, Keymap};
use super::preferences::Preferences;
use super::saved_state::SavedState;
use super::screen::{Effect, Route, Screen, Transition};
use super::screens::{self, ColumnPicker, ConfirmDialog, HelpScreen, MessageLog};
use super::terminal_capabilities::TerminalCapabilities;
use super::terminal_status::StatusReporter;
use super::theme::Theme;
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;

/// Maximum number of messages in the message log.
const MAX_LOG_MESSAGES: usize = 500;

/// Number of rows that one turn of the mouse wheel scrolls.
const WHEEL_ROWS: usize = 3;

/// The state of the console.
pub struct Console {
    /// Name of the backend that runs the batches, for the header.
    backend_name: String,
    keymap: Keymap,
    theme: Theme,
    /// Theme for a terminal with a light background; `None` if the settings name a theme.
    light_theme: Option<Theme>,
    /// The stack of screens, the topmost last. The lowest one is never closed.
    screens: Vec<Box<dyn Screen>>,
    /// Screens that would have opened by themselves while the operator was typing.
    waiting_screens: Vec<Transition>,
    /// The message log, newest last.
    messages: VecDeque<String>,
    /// The newest message, which is shown until the next key.
    status_message: Option<String>,
    upstreams: Vec<UpstreamStatus>,
    /// Time since when the process that runs the batches does not answer; `None` if it answers.
    connection_lost_since: Option<Timestamp>,
    /// Batches whose stream of events broke. They are attached again after the backend reconnects.
    lost_streams: Vec<JobId>,
    preferences: Preferences,
    command_line: CommandLine,
    /// Batches of the last list, for completion in the command line.
    known_jobs: Vec<JobId>,
    /// Text that a scanner has typed while another screen covers the scan screen.
    scan_buffer: String,
    /// Projections of the batches that were attached, newest last.
    projections: Vec<ProjectionHandle>,
    /// True if batches run in this process, and therefore stop with it.
    stops_on_exit: bool,
    /// File for the state of the next session; `None` if it is not saved.
    state_file: Option<PathBuf>,
    saved: SavedState,
    /// The batch of the last session, until it is attached.
    reopened_job: Option<JobId>,
    pub(super) capabilities: TerminalCapabilities,
    pub(super) clipboard: Clipboard,
}

impl Console {
    /// Creates a console whose lowest screen is `first`. `stops_on_exit` is true if batches run in this process.
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
            light_theme: None,
            screens,
            waiting_screens: Vec::new(),
            messages,
            status_message: None,
            upstreams,
            connection_lost_since: None,
            lost_streams: Vec::new(),
            preferences,
            command_line,
            known_jobs,
            scan_buffer: String::new(),
            projections,
            stops_on_exit,
            state_file: None,
            saved: SavedState::default(),
            reopened_job: None,
            capabilities: TerminalCapabilities::default(),
            clipboard: Clipboard::default(),
        }
    }

    /// Sets the capabilities of the terminal.
    pub fn with_capabilities(self, capabilities: TerminalCapabilities) -> Self {
        Self { capabilities, ..self }
    }

    /// Sets the theme to use if the terminal reports a light background.
    pub fn with_light_theme(self, light_theme: Option<Theme>) -> Self {
        Self { light_theme, ..self }
    }

    pub(super) fn has_light_theme(&self) -> bool {
        self.light_theme.is_some()
    }

    /// Switches to the theme for a light background. Returns false if there is none.
    pub(super) fn use_light_theme(&mut self) -> bool {
        let light_theme = self.light_theme.take();
        self.theme = light_theme.unwrap_or(self.theme);
        light_theme.is_some()
    }

    /// Returns true if an Esc must wait briefly, because it may start the sequence of another key.
    pub(super) fn holds_escape(&self) -> bool {
        !self.capabilities.reports_escape_unambiguously()
    }

    /// Sets the operator's preferences.
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
        screen.use_projections(&self.projections);
        self.screens.push(screen);
    }

    /// Performs effects that only change the console, and returns the others for the event loop.
    fn handle_effect(&mut self, effect: Effect) -> Vec<Effect> {
        match effect {
            Effect::SetColumns { columns, persist } => {
                if persist {
                    self.preferences.chosen_columns = columns.clone();
                }
                self.preferences.columns = columns;
                self.apply_preferences();
                self.preferences.columns_file_write().filter(|_| persist).map(Effect::SaveFile).into_iter().collect()
            }
            Effect::CaptureMouse(capture) => {
                self.preferences.capture_mouse = capture;
                self.notify_user(if capture {
                    "Mouse on: click a row or a heading, or scroll. F2 turns it off."
                } else {
                    "Mouse off: the terminal selects text again."
                });
                vec![effect]
            }
            Effect::Job(JobEffect::ChangeJob { ref job, action }) => {
                self.notify_user(&format!("{}: {job} …", action.progress_label()));
                vec![effect]
            }
            Effect::EditItems(ref edit) => {
                self.notify_edit(edit);
                vec![effect]
            }
            Effect::PassScan(code) => self.pass_scan(&code),
            effect => vec![effect],
        }
    }

    /// Sets the name of the backend and whether its batches stop on exit. The backend is only known after the first
    /// frame.
    pub(crate) fn set_backend(&mut self, name: String, stops_on_exit: bool) {
        (self.backend_name, self.stops_on_exit) = (name, stops_on_exit);
    }

    /// Returns true while the operator types a text, and no barcode scanner types, which may send control characters.
    fn is_typing(&self) -> bool {
        let screen = self.screens.last();
        self.command_line.is_open()
            || screen.is_some_and(|screen| screen.input_hint().is_some())
                && !self.screens.iter().any(|screen| screen.accepts_scans())
    }

    /// Handles a key. Returns the effects that follow.
    pub fn handle_key(&mut self, mut key: KeyEvent) -> Vec<Effect> {
        self.status_message = None;
        if key.modifiers.contains(KeyModifiers::CONTROL) && self.is_typing() {
            let key_context = self.top_screen().key_context();
            match self.keymap.command_for(key_context, key) {
                // The key that quits elsewhere cancels the text.
                Some(KeyCommand::Quit) => key = KeyEvent::from(KeyCode::Esc),
                Some(command @ (KeyCommand::Suspend | KeyCommand::Redraw)) => return self.run_command(command),
                _ => {}
            }
        }
        if self.command_line.is_open() {
            let (command_line, context) = self.command_line_context();
            let line = command_line.handle_key(key, &context);
            return line.map(|line| self.run_line(&line)).unwrap_or_default();
        }
        if let Some(transition) = self.top_screen().handle_key(key) {
            return self.apply_transition(transition);
        }
        if let Some(effects) = self.capture_scan_key(key) {
            return effects;
        }
        let key_context = self.top_screen().key_context();
        let Some(command) = self.keymap.command_for(key_context, key) else { return Vec::new() };
        self.run_command(command)
    }

    fn run_command(&mut self, command: KeyCommand) -> Vec<Effect> {
        // Also in a dialog that ignores all keys but its answers.
        if matches!(command, KeyCommand::Suspend | KeyCommand::Redraw) {
            return self.handle_global_command(command);
        }
        match self.top_screen().handle_command(command) {
            Transition::Ignored => self.handle_global_command(command),
            // The lowest screen cannot be closed, so the key that closes a dialog quits there.
            Transition::Pop if command == KeyCommand::Quit && self.screens.len() == 1 => {
                self.handle_global_command(command)
            }
            transition => self.apply_transition(transition),
        }
    }

    /// Handles the mouse: the wheel scrolls, and the topmost screen handles a click.
    pub fn handle_mouse(&mut self, mouse: MouseEvent) -> Vec<Effect> {
        // The command line covers what is clicked.
        if self.command_line.is_open() {
            return Vec::new();
        }
        let command = match mouse.kind {
            MouseEventKind::ScrollUp => KeyCommand::Up,
            MouseEventKind::ScrollDown => KeyCommand::Down,
            MouseEventKind::Down(MouseButton::Left) => {
                self.status_message = None;
                let transition = self.top_screen().handle_click(Position::new(mouse.column, mouse.row));
                return self.apply_transition(transition);
            }
            _ => return Vec::new(),
        };
        (0..WHEEL_ROWS).flat_map(|_| self.run_command(command)).collect()
    }

    /// Returns the hint how to return from the plain output to the full screen.
    pub(super) fn plain_output_hint(&self) -> String {
        let key = self.keymap.effective_key(KeyContext::Watch, KeyCommand::PlainOutput);
        let key = key.map_or_else(|| "Esc".to_owned(), |key| key.label(self.theme));
        format!("--- plain output: {key} or Esc returns to the console ---")
    }

    /// Returns true for a key that ends the plain output: the key that started it, and the keys that open, go back or
    /// quit.
    pub(crate) fn leaves_plain_output(&self, input: &Input) -> bool {
        let Input::Key(key) = input else { return false };
        let command = self.keymap.command_for(KeyContext::Watch, *key);
        matches!(command, Some(KeyCommand::PlainOutput | KeyCommand::Back | KeyCommand::Open | KeyCommand::Quit))
    }

    /// Runs a command that has the same meaning on every screen.
    fn handle_global_command(&mut self, command: KeyCommand) -> Vec<Effect> {
        let transition = match command {
            KeyCommand::Back if self.screens.len() > 1 => Transition::Pop,
            KeyCommand::Help => {
                Transition::Push(Box::new(HelpScreen::for_context(self.top_screen().key_context())), None)
            }
            KeyCommand::CommandLine => {
                self.command_line.open();
                Transition::Do(Effect::Job(JobEffect::ListJobs))
            }
            KeyCommand::ToggleMouse => Transition::Do(Effect::CaptureMouse(!self.preferences.capture_mouse)),
            KeyCommand::Columns => Transition::Push(Box::<ColumnPicker>::default(), None),
            KeyCommand::MessageLog => Transition::Push(Box::new(MessageLog::from_messages(self.messages.iter())), None),
            KeyCommand::Jobs => Transition::Open(Route::JobList),
            KeyCommand::Browse => Transition::Open(Route::Browse(Location::current_dir())),
            KeyCommand::Bookmarks => Transition::Open(Route::Browse(Location::Bookmarks)),
            KeyCommand::Scan => self.open_scanner(),
            KeyCommand::Redraw => Transition::Do(Effect::Redraw),
            KeyCommand::Suspend => Transition::Do(Effect::Suspend),
            KeyCommand::Quit if self.warns_before_closing(None) => Transition::Stay,
            KeyCommand::Quit if self.stops_on_exit && self.has_live_jobs() => {
                let is_scanning = self.screens.iter().any(|screen| screen.accepts_scans());
                Transition::Push(Box::new(ConfirmDialog::for_quit(is_scanning)), None)
            }
            KeyCommand::Quit => Transition::Do(Effect::Quit),
            _ => Transition::Stay,
        };
        self.apply_transition(transition)
    }

    fn apply_transition(&mut self, transition: Transition) -> Vec<Effect> {
        match transition {
            Transition::Stay | Transition::Ignored => Vec::new(),
            Transition::Do(effect) => self.handle_effect(effect),
            Transition::DoAll(effects) => effects.into_iter().flat_map(|effect| self.handle_effect(effect)).collect(),
            Transition::Push(screen, effect) => {
                self.push_screen(screen);
                effect.into_iter().collect()
            }
            Transition::Open(route) if self.position_in_trail(&route).is_some() => {
                if self.warns_before_closing(self.position_in_trail(&route)) {
                    return Vec::new();
                }
                self.return_to(&route)
            }
            Transition::Open(route) => {
                let (screen, effect) = screens::open_route(route);
                self.push_screen(screen);
                effect.into_iter().collect()
            }
            Transition::Replace(route) => {
                self.screens.pop();
                self.apply_transition(Transition::Open(route))
            }
            Transition::Pop => {
                self.pop_screen();
                Vec::new()
            }
            Transition::PopThen(effects) => {
                self.pop_screen();
                effects.into_iter().flat_map(|effect| self.handle_effect(effect)).collect()
            }
        }
    }

    /// Notifies the operator if closing the screens above one, or all screens, would lose what was typed. Returns false
    /// if it would not, or if the operator was notified before.
    pub(super) fn warns_before_closing(&mut self, above: Option<usize>) -> bool {
        let closing = &mut self.screens[above.map_or(0, |at| at + 1)..];
        let Some(warning) = closing.iter_mut().rev().find_map(|screen| screen.warn_before_closing()) else {
            return false;
        };
        self.notify_user(&warning);
        true
    }

    /// Returns the position of a screen that is already open, to return to it. Returns `None` if a screen above it has
    /// scans, which would be lost.
    fn position_in_trail(&self, route: &Route) -> Option<usize> {
        let at = self.screens.iter().rposition(|screen| screen.route().as_ref() == Some(route))?;
        let holds_scans = self.screens[at + 1..].iter().any(|screen| screen.accepts_scans());
        (!holds_scans).then_some(at)
    }

    /// Closes the screens above the open screen of this route, so that the trail does not grow if the operator goes in
    /// circles.
    fn return_to(&mut self, route: &Route) -> Vec<Effect> {
        if let Some(at) = self.position_in_trail(route) {
            self.screens.truncate(at + 1);
        }
        if *route == Route::JobList { vec![Effect::Job(JobEffect::ListJobs)] } else { Vec::new() }
    }

    fn pop_screen(&mut self) {
        if self.screens.len() > 1 {
            self.screens.pop();
        }
    }

    /// Opens a screen that the operator did not request with the last key. While the operator types a text, whose keys
    /// the screen would take, it waits until the text is finished.
    pub(super) fn open_unrequested(&mut self, transition: Transition) -> Vec<Effect> {
        if self.is_typing() {
            self.waiting_screens.push(transition);
            return Vec::new();
        }
        self.apply_transition(transition)
    }

    /// Returns the effects that the screens request without a key or message, after opening the screens that waited.
    pub fn pending_effects(&mut self) -> Vec<Effect> {
        let waiting = if self.is_typing() { Vec::new() } else { std::mem::take(&mut self.waiting_screens) };
        let mut effects =
            waiting.into_iter().flat_map(|transition| self.apply_transition(transition)).collect::<Vec<_>>();
        effects.extend(self.screens.iter_mut().flat_map(|screen| screen.pending_effects()));
        effects
    }

    fn has_live_jobs(&self) -> bool {
        self.projections.iter().any(|projection| projection.read().state.is_active())
    }

    /// Calls `read` with the batch that was attached most recently, if there is one.
    pub(super) fn with_newest_batch<T>(&self, read: impl FnOnce(Option<&JobProjection>) -> T) -> T {
        let projection = self.projections.last().map(|projection| projection.read());
        read(projection.as_deref())
    }

    pub(super) fn status_reporter(&self) -> StatusReporter {
        StatusReporter::new(self.capabilities.clone(), self.preferences.notifications)
    }

    /// Returns the context whose key bindings apply.
    pub fn key_context(&mut self) -> KeyContext {
        self.top_screen().key_context()
    }

    fn top_screen(&mut self) -> &mut dyn Screen {
        let last = self.screens.len() - 1;
        self.screens[last].as_mut()
    }
}
