//! The event loop: it waits for a key or a message, updates the state, and draws a frame. Effects run elsewhere, see
//! [`super::effect_runner`].

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use jiff::Timestamp;
use nix::sys::signal::Signal;
use ratatui::crossterm::event::{Event as Input, KeyEventKind};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backend::{Backend, UserMessage};
use super::background_tasks;
use super::effect_runner::{EffectRunner, ExitSummary};
use super::input_stream::InputStream;
use super::job_effect::JobEffect;
use super::key_sequence::TerminalInput;
use super::message::Message;
use super::saved_state::StateChange;
use super::screen::Effect;
use super::state::Console;
use super::terminal::ConsoleTerminal;
use super::terminal_reply::{self, BACKGROUND_QUERY, REPLY_DEADLINE};
use super::terminal_status::StatusReporter;

/// Minimum time between two frames for messages. The operator cannot read faster, and a slow ssh connection cannot
/// carry more.
const MIN_FRAME_INTERVAL: Duration = Duration::from_millis(250);

/// Maximum output for messages in bytes per second, which leaves room on a slow connection for the responses to keys.
/// The larger a frame is, the later the next one is drawn.
const MAX_BYTES_PER_SECOND: u64 = 2_000;

/// Maximum time between two frames for messages. For the same time after a key, replies are drawn immediately.
const MAX_FRAME_INTERVAL: Duration = Duration::from_secs(3);

/// Time without input after which the operator is assumed to be away, and is notified.
const AWAY_AFTER: Duration = Duration::from_secs(10);

/// Maximum number of messages that wait for the loop. Senders wait while the channel is full.
const MESSAGE_CHANNEL_CAPACITY: usize = 256;

/// Shows the console until the operator quits or `stop` is cancelled.
///
/// # Errors
/// Returns the terminal's error if it cannot be written, and the backend's error if the backend cannot be opened.
pub async fn run(
    mut terminal: ConsoleTerminal,
    mut console: Console,
    mut initial_effects: Vec<Effect>,
    backend: impl Future<Output = Result<Arc<dyn Backend>, UserMessage>>,
    stop: &CancellationToken,
) -> io::Result<ExitSummary> {
    let mut keys = InputStream::new(console.holds_escape());
    // Polled before the first frame, so that no later resize is missed.
    let early_input = match futures::poll!(std::pin::pin!(keys.next())) {
        Poll::Ready(Some(Ok(input))) => Some(input),
        _ => None,
    };
    // Drawn before anything slow, so that the operator sees immediately that the console has started.
    terminal.draw_frame(|frame| console.draw(frame, Timestamp::now()))?;
    query_terminal(&mut terminal, &console, &mut keys)?;
    let startup = Startup { terminal: &mut terminal, console: &mut console, effects: &mut initial_effects };
    let Some(backend) = startup.open_backend(backend, &mut keys, early_input, stop).await? else {
        save_place(console.place_to_save()).await;
        return Ok(ExitSummary::default());
    };
    let (sender, mut messages) = mpsc::channel(MESSAGE_CHANNEL_CAPACITY);
    console.set_backend(backend.name(), backend.stops_on_exit());
    let effect_runner = EffectRunner::new(backend, sender);
    effect_runner.poll_upstreams();
    initial_effects.push(Effect::Job(JobEffect::FindInterruptedJobs));
    let now = Instant::now();
    let status_reporter = console.status_reporter();
    let mut event_loop = EventLoop {
        terminal,
        console,
        effect_runner,
        status_reporter,
        next_frame: now,
        last_input: now,
        needs_redraw: true,
    };
    let result = event_loop.run_until_exit(keys, &mut messages, initial_effects, stop).await;
    // The batches may take a moment to stop. They also stop in an orderly way if the terminal is gone.
    event_loop.console.notify_stopping();
    let _ = event_loop.draw_frame();
    event_loop.effect_runner.finish_saves().await;
    save_place(event_loop.console.place_to_save()).await;
    let lost_since = event_loop.console.connection_lost_since();
    let summary = event_loop.effect_runner.shutdown_backend(&mut messages, lost_since).await;
    result.map(|()| summary)
}

/// Saves the place where the console is left. An error is only logged, because it must not prevent the console from
/// exiting.
async fn save_place(place: Option<(PathBuf, StateChange)>) {
    if let Some((file, change)) = place
        && let Err(error) = change.write_to(file).await
    {
        tracing::warn!(error, "cannot save where you left the console");
    }
}

/// The console while its backend is being opened, which can take long or never end, as with a database that does not
/// answer. Input is handled, and its effects are performed when the backend is open.
struct Startup<'a> {
    terminal: &'a mut ConsoleTerminal,
    console: &'a mut Console,
    /// The effects to perform when the backend is open.
    effects: &'a mut Vec<Effect>,
}

impl Startup<'_> {
    /// Returns the backend; `None` if the operator quits or `stop` is cancelled before it is open. Restores the terminal
    /// unless the backend is open.
    async fn open_backend(
        mut self,
        backend: impl Future<Output = Result<Arc<dyn Backend>, UserMessage>>,
        keys: &mut InputStream,
        early_input: Option<TerminalInput>,
        stop: &CancellationToken,
    ) -> io::Result<Option<Arc<dyn Backend>>> {
        let opened = self.wait_for_backend(backend, keys, early_input, stop).await?;
        if !matches!(opened, Some(Ok(_))) {
            keys.drain_reply().await;
        }
        match opened {
            Some(Ok(backend)) => Ok(Some(backend)),
            Some(Err(error)) => self.terminal.restore().and(Err(io::Error::other(error))),
            None => self.terminal.restore().map(|()| None),
        }
    }

    /// Waits for the backend; returns `None` if the operator quits or `stop` is cancelled before it is open.
    async fn wait_for_backend<T>(
        &mut self,
        backend: impl Future<Output = T>,
        keys: &mut InputStream,
        mut early_input: Option<TerminalInput>,
        stop: &CancellationToken,
    ) -> io::Result<Option<T>> {
        tokio::pin!(backend);
        loop {
            if let Some(input) = early_input.take()
                && !self.handle_terminal_input(&input)?
            {
                return Ok(None);
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(None),
                backend = &mut backend => return Ok(Some(backend)),
                input = keys.next() => match input {
                    Some(Ok(input)) => early_input = Some(input),
                    // Standard input is closed, so there is no operator.
                    Some(Err(_)) | None => return Ok(None),
                },
            }
        }
    }

    /// Handles input from the terminal and draws a frame. Returns false if the operator quits.
    fn handle_terminal_input(&mut self, input: &TerminalInput) -> io::Result<bool> {
        match input {
            TerminalInput::Event(input) => {
                self.effects.extend(dispatch_input(self.console, input));
                if matches!(input, Input::Resize(..)) {
                    self.terminal.invalidate()?;
                    self.effects.extend(self.console.handle_message(&Message::Resized));
                }
            }
            TerminalInput::OscReply(reply) => _ = apply_background(self.console, reply),
        }
        let console = &mut *self.console;
        self.terminal.draw_frame(|frame| console.draw(frame, Timestamp::now()))?;
        self.effects.extend(self.console.pending_effects());
        Ok(!self.effects.contains(&Effect::Quit))
    }
}

/// The state of the console and the terminal, with the times that control drawing.
struct EventLoop {
    terminal: ConsoleTerminal,
    console: Console,
    effect_runner: EffectRunner,
    status_reporter: StatusReporter,
    /// Earliest time of the next frame for messages.
    next_frame: Instant,
    /// Time of the operator's last key, mouse action or resize.
    last_input: Instant,
    /// True if something has changed since the last frame.
    needs_redraw: bool,
}

impl EventLoop {
    /// Handles input and messages and draws frames until the operator quits.
    async fn run_until_exit(
        &mut self,
        mut keys: InputStream,
        messages: &mut mpsc::Receiver<Message>,
        initial_effects: Vec<Effect>,
        stop: &CancellationToken,
    ) -> io::Result<()> {
        let mut effects = initial_effects;
        let mut continued = signal(SignalKind::from_raw(Signal::SIGCONT as i32))?;
        loop {
            if self.effect_runner.needs_image_picker(&effects) {
                // The terminal's reply arrives like a key, so the stream of keys must not read it.
                drop(keys);
                self.effect_runner.set_image_picker(background_tasks::detect_image_protocol().await);
                keys = InputStream::new(self.console.holds_escape());
            }
            if !self.perform_effects(std::mem::take(&mut effects))? {
                break;
            }
            let next_frame = self.next_frame;
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                input = keys.next() => match input {
                    Some(Ok(input)) => effects = self.handle_terminal_input(&input)?,
                    // Standard input is closed, so there is no operator.
                    Some(Err(_)) | None => return Ok(()),
                },
                Some(()) = continued.recv() => self.handle_continue()?,
                Some(message) = messages.recv() => effects = self.handle_message(&message)?,
                () = tokio::time::sleep_until(next_frame), if self.should_redraw() => self.draw_frame()?,
                // Draws once more when the operator is away, because no message may follow the decision that the
                // operator has not seen.
                () = tokio::time::sleep_until(self.last_input + AWAY_AFTER), if self.owes_notification() => self.draw_frame()?,
            }
        }
        keys.drain_reply().await;
        Ok(())
    }

    fn should_redraw(&self) -> bool {
        self.needs_redraw && !self.effect_runner.shows_plain_output()
    }

    /// Returns true if the operator is to be notified after a time without input.
    fn owes_notification(&self) -> bool {
        self.status_reporter.has_withheld_decision() && !self.effect_runner.shows_plain_output()
    }

    fn draw_frame(&mut self) -> io::Result<()> {
        let console = &mut self.console;
        let bytes = self.terminal.draw_frame(|frame| console.draw(frame, Timestamp::now()))?;
        let is_away = self.last_input.elapsed() >= AWAY_AFTER;
        if ConsoleTerminal::is_status_restored() {
            self.status_reporter.mark_restored();
        }
        let status = self.console.with_newest_batch(|batch| self.status_reporter.update(batch, is_away));
        if !status.is_empty() {
            self.terminal.send_status(&status, &self.status_reporter.exit_sequence())?;
        }
        let pause = Duration::from_micros(bytes as u64 * 1_000_000 / MAX_BYTES_PER_SECOND);
        (self.next_frame, self.needs_redraw) =
            (Instant::now() + pause.clamp(MIN_FRAME_INTERVAL, MAX_FRAME_INTERVAL), false);
        Ok(())
    }

    /// Draws the console again after another program stopped and continued the process.
    fn handle_continue(&mut self) -> io::Result<()> {
        if self.terminal.enter_after_continue()? {
            self.effect_runner.end_plain_output();
            self.draw_frame()?;
        }
        Ok(())
    }

    /// Handles input from the terminal: the operator's input, or the reply to a query.
    fn handle_terminal_input(&mut self, input: &TerminalInput) -> io::Result<Vec<Effect>> {
        match input {
            TerminalInput::Event(input) => self.handle_input(input),
            TerminalInput::OscReply(reply) => {
                if apply_background(&mut self.console, reply) {
                    self.next_frame = Instant::now();
                    self.needs_redraw = true;
                }
                Ok(Vec::new())
            }
        }
    }

    /// Handles a key, the mouse, pasted text or a resize, and draws a frame immediately.
    fn handle_input(&mut self, input: &Input) -> io::Result<Vec<Effect>> {
        if self.effect_runner.shows_plain_output() {
            if self.console.leaves_plain_output(input) {
                self.effect_runner.end_plain_output();
                self.terminal.re_enter()?;
                self.needs_redraw = true;
            }
            return Ok(Vec::new());
        }
        self.last_input = Instant::now();
        let mut effects = dispatch_input(&mut self.console, input);
        let is_resized = matches!(input, Input::Resize(..));
        if is_resized {
            self.terminal.invalidate()?;
        }
        self.draw_frame()?;
        if is_resized {
            effects.extend(self.console.handle_message(&Message::Resized));
        }
        effects.extend(self.console.pending_effects());
        Ok(effects)
    }

    /// Handles a message. The next frame is drawn immediately if the message replies to a recent key, and at its
    /// regular time otherwise.
    fn handle_message(&mut self, message: &Message) -> io::Result<Vec<Effect>> {
        self.effect_runner.track_message(message);
        let plain_lines = self.effect_runner.plain_output_lines(message);
        if !plain_lines.is_empty() {
            ConsoleTerminal::print_lines(&plain_lines)?;
        }
        self.needs_redraw = true;
        if message.is_reply() && self.last_input.elapsed() < MAX_FRAME_INTERVAL {
            self.next_frame = Instant::now();
        }
        let mut effects = self.console.handle_message(message);
        effects.extend(self.console.pending_effects());
        Ok(effects)
    }

    /// Performs effects. Returns false if the console is to exit.
    fn perform_effects(&mut self, effects: Vec<Effect>) -> io::Result<bool> {
        for effect in effects {
            if !self.effect_runner.perform_effect(effect, &mut self.terminal, &mut self.console)? {
                return Ok(false);
            }
            self.needs_redraw = true;
        }
        Ok(true)
    }
}

/// Asks the terminal to report keys unambiguously. Also asks for its background color if the theme depends on it.
fn query_terminal(terminal: &mut ConsoleTerminal, console: &Console, keys: &mut InputStream) -> io::Result<()> {
    if !console.capabilities.accepts_queries() {
        return Ok(());
    }
    terminal.enhance_keys()?;
    if !console.has_light_theme() {
        return Ok(());
    }
    keys.expect_reply(REPLY_DEADLINE);
    terminal.send_sequence(BACKGROUND_QUERY)
}

/// Uses the light theme if the terminal replies that its background is light. Returns true if the theme changed.
fn apply_background(console: &mut Console, reply: &str) -> bool {
    terminal_reply::is_light_background(reply).unwrap_or_default() && console.use_light_theme()
}

fn dispatch_input(console: &mut Console, input: &Input) -> Vec<Effect> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => console.handle_key(*key),
        Input::Mouse(mouse) => console.handle_mouse(*mouse),
        Input::Paste(text) => console.handle_paste(text),
        // A resize or a change of focus only needs the next frame.
        _ => Vec::new(),
    }
}
