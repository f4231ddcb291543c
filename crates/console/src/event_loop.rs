//! The loop: a key or news, then a drawing. It performs what the screens ask for, each in a task of its own, so that a
//! slow bucket never holds up a key.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures::{FutureExt as _, StreamExt};
use jiff::Timestamp;
use ratatui::crossterm::event::{Event as Input, EventStream, KeyEventKind};
use ratatui_image::picker::Picker;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backend::{Backend, ProjectionHandle, UserMessage};
use super::background_tasks;
use super::clipboard::{self, CopyMethod};
use super::effect_task::EffectTask;
use super::message::Message;
use super::screen::Effect;
use super::state::Console;
use super::terminal::ConsoleTerminal;
use domain::event::EventEnvelope;
use domain::job_spec::JobId;
use report::event_lines::{self, EventFormat};

/// Between two drawings for news: an eye reads no faster, and a line of ssh carries no more.
const MIN_FRAME_INTERVAL: Duration = Duration::from_millis(250);

/// What news may put on the line, in bytes a second: a slow one must have room for what the keys ask for. A drawing of
/// many rows is followed by the next one as much later.
const MAX_BYTES_PER_SECOND: u64 = 2_000;

/// And never later than this. For so long after a key, its answers are drawn as they come.
const MAX_FRAME_INTERVAL: Duration = Duration::from_secs(3);

/// News that may wait for the loop; whoever has more waits to be let in.
const MESSAGE_CHANNEL_CAPACITY: usize = 256;

/// How often the upstreams are looked at while a batch is watched.
const UPSTREAM_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// What the operator is told where a task has failed in a way that nobody thought of: else he would wait for its answer.
const TASK_PANIC_MESSAGE: &str = "a fault of the program: that will not be answered; the log says more, r asks again";

/// How the console ended.
#[derive(Debug)]
pub struct ExitSummary {
    /// The batches that were watched, for the last words on the terminal.
    pub watched: Vec<(JobId, ProjectionHandle)>,
}

/// Everything that is on its way to the loop.
struct EffectRunner {
    backend: Arc<dyn Backend>,
    messages: mpsc::Sender<Message>,
    /// The loop's own reference to what it has watched.
    watched: Vec<(JobId, ProjectionHandle)>,
    /// The batch whose lines run over the shell's own screen, while they do.
    plain_output_job: Option<JobId>,
    /// Lists that are being read, and how that is ended.
    previews: Vec<(String, AbortHandle)>,
    /// How the terminal shows pictures; asked when one is first wanted.
    image_picker: Option<Picker>,
}

/// Shows the console until the operator leaves, or `stop` is asked for.
///
/// # Errors
/// Where the terminal cannot be drawn on any more.
pub async fn run(
    mut terminal: ConsoleTerminal,
    mut console: Console,
    first: Vec<Effect>,
    operations: impl Future<Output = Result<Arc<dyn Backend>, UserMessage>>,
    stop: &CancellationToken,
) -> io::Result<ExitSummary> {
    let mut keys = EventStream::new();
    // Asked before anything is drawn: from then on no change of size is missed.
    let mut early = match futures::poll!(keys.next()) {
        Poll::Ready(Some(Ok(input))) => vec![input],
        _ => Vec::new(),
    };
    // Before anything else takes its time: whoever typed the command sees that it has begun.
    terminal.draw_frame(|frame| console.draw(frame, Timestamp::now()))?;
    let operations = match wait_for_backend(operations, &mut keys, &mut early).await {
        Ok(operations) => operations,
        Err(why) => {
            terminal.restore()?;
            return Err(io::Error::other(why));
        }
    };
    let (message, mut messages) = mpsc::channel(MESSAGE_CHANNEL_CAPACITY);
    console.set_backend(operations.name(), operations.stops_on_exit());
    let runner = EffectRunner {
        backend: operations,
        messages: message,
        watched: Vec::new(),
        plain_output_job: None,
        previews: Vec::new(),
        image_picker: None,
    };
    runner.poll_upstreams();
    let now = Instant::now();
    let mut shown =
        EventLoop { terminal, console, effect_runner: runner, next_frame: now, last_input: now, needs_redraw: true };
    let until_he_leaves = shown.run_until_exit((keys, early), &mut messages, first, stop).await;
    // Where the terminal is gone, what runs is stopped in order all the same.
    let left = shown.effect_runner.shutdown_backend().await;
    until_he_leaves.map(|()| left)
}

/// Waits for whoever runs the batches; what is typed meanwhile is kept.
async fn wait_for_backend<T>(operations: impl Future<Output = T>, keys: &mut EventStream, early: &mut Vec<Input>) -> T {
    tokio::pin!(operations);
    loop {
        tokio::select! {
            biased;
            operations = &mut operations => return operations,
            Some(Ok(input)) = keys.next() => early.push(input),
        }
    }
}

/// What is on the screen, and all that changes it.
struct EventLoop {
    terminal: ConsoleTerminal,
    console: Console,
    effect_runner: EffectRunner,
    /// When news may be drawn.
    next_frame: Instant,
    /// When the operator was last heard of: a key, the mouse, another size.
    last_input: Instant,
    /// True where something has happened since.
    needs_redraw: bool,
}

impl EventLoop {
    /// Keys, news and drawings, until the operator leaves.
    async fn run_until_exit(
        &mut self,
        (mut keys, early): (EventStream, Vec<Input>),
        messages: &mut mpsc::Receiver<Message>,
        first: Vec<Effect>,
        stop: &CancellationToken,
    ) -> io::Result<()> {
        let mut waiting = first;
        for input in early {
            waiting.extend(self.handle_input(&input)?);
        }
        loop {
            if self.effect_runner.image_picker.is_none()
                && waiting.iter().any(|action| matches!(action, Effect::LoadImage { .. }))
            {
                // Its answer comes the way that keys come, so nobody else may read there meanwhile.
                drop(keys);
                self.effect_runner.image_picker = Some(background_tasks::detect_image_protocol().await);
                keys = EventStream::new();
            }
            if !self.perform_effects(std::mem::take(&mut waiting))? {
                return Ok(());
            }
            let next_frame = self.next_frame;
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                key = keys.next() => match key {
                    Some(Ok(input)) => waiting = self.handle_input(&input)?,
                    // Standard input is gone, and with it the operator.
                    Some(Err(_)) | None => return Ok(()),
                },
                Some(message) = messages.recv() => waiting = self.handle_message(&message)?,
                () = tokio::time::sleep_until(next_frame), if self.should_redraw() => self.draw_frame()?,
            }
        }
    }

    fn should_redraw(&self) -> bool {
        self.needs_redraw && self.effect_runner.plain_output_job.is_none()
    }

    fn draw_frame(&mut self) -> io::Result<()> {
        let console = &mut self.console;
        let bytes = self.terminal.draw_frame(|frame| console.draw(frame, Timestamp::now()))?;
        let pause = Duration::from_micros(bytes as u64 * 1_000_000 / MAX_BYTES_PER_SECOND);
        (self.next_frame, self.needs_redraw) =
            (Instant::now() + pause.clamp(MIN_FRAME_INTERVAL, MAX_FRAME_INTERVAL), false);
        Ok(())
    }

    /// A key, or a new size: the screen answers at once.
    fn handle_input(&mut self, input: &Input) -> io::Result<Vec<Effect>> {
        if self.effect_runner.plain_output_job.is_some() {
            if self.console.leaves_plain_output(input) {
                self.effect_runner.plain_output_job = None;
                self.terminal.re_enter()?;
                self.needs_redraw = true;
            }
            return Ok(Vec::new());
        }
        self.last_input = Instant::now();
        let mut waiting = dispatch_input(&mut self.console, input);
        let is_resized = matches!(input, Input::Resize(..));
        if is_resized {
            self.terminal.invalidate()?;
        }
        self.draw_frame()?;
        if is_resized {
            waiting.extend(self.console.handle_message(&Message::Resized));
        }
        waiting.extend(self.console.pending_effects());
        Ok(waiting)
    }

    fn handle_message(&mut self, message: &Message) -> io::Result<Vec<Effect>> {
        self.effect_runner.track_watched(message);
        if let (Some(outside), Message::JobEvents { job, events }) = (&self.effect_runner.plain_output_job, message)
            && outside == job
        {
            self.terminal.print_lines(&self.effect_runner.events_as_lines(job, events))?;
        }
        self.needs_redraw = true;
        if message.is_reply() && self.last_input.elapsed() < MAX_FRAME_INTERVAL {
            self.next_frame = Instant::now();
        }
        let mut waiting = self.console.handle_message(message);
        waiting.extend(self.console.pending_effects());
        Ok(waiting)
    }

    /// Does what the screens asked for. False where the operator leaves.
    fn perform_effects(&mut self, actions: Vec<Effect>) -> io::Result<bool> {
        for action in actions {
            if !self.effect_runner.perform_effect(action, &mut self.terminal, &mut self.console)? {
                return Ok(false);
            }
            self.needs_redraw = true;
        }
        Ok(true)
    }
}

fn dispatch_input(console: &mut Console, input: &Input) -> Vec<Effect> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => console.handle_key(*key),
        Input::Mouse(mouse) => console.handle_mouse(*mouse),
        Input::Paste(text) => console.handle_paste(text),
        // A new size, a focus: the drawing that follows is all that it takes.
        _ => Vec::new(),
    }
}

impl EffectRunner {
    /// Does what a screen asked for. False where the operator leaves.
    fn perform_effect(
        &mut self,
        action: Effect,
        terminal: &mut ConsoleTerminal,
        console: &mut Console,
    ) -> io::Result<bool> {
        match action {
            Effect::Quit => return Ok(false),
            Effect::Suspend => suspend_to_shell(terminal)?,
            Effect::CopyText(text) => match console.clipboard.copy_method(&text, &console.capabilities) {
                CopyMethod::Osc52(sequence) => {
                    terminal.send_sequence(&sequence)?;
                    console.notify_user(&clipboard::copied_message(&text));
                }
                CopyMethod::File => self.spawn_and_notify(background_tasks::save_to_temp_file(text)),
            },
            Effect::CaptureMouse(taken) => terminal.set_mouse_capture(taken)?,
            Effect::OpenUrl(address) => {
                self.spawn_and_notify(background_tasks::open_url(address, console.capabilities.browser_command()))
            }
            Effect::Notify(message) => console.notify_user(&message),
            Effect::Beep if console.audible_alert_enabled() => terminal.send_sequence("\x07")?,
            Effect::Beep => {}
            Effect::ShowPlainOutput(job) => {
                terminal.show_plain_lines(&self.rows_as_lines(&job))?;
                self.plain_output_job = Some(job);
            }
            Effect::CancelPreview(source) => self.cancel_preview(&source),
            Effect::PreviewList { source } => {
                self.cancel_preview(&source);
                let reading = self.spawn_effect(Effect::PreviewList { source: source.clone() });
                self.previews.push((source, reading));
            }
            asked => drop(self.spawn_effect(asked)),
        }
        Ok(true)
    }

    /// Asks in a task of its own; the answer comes as news.
    fn spawn_effect(&self, action: Effect) -> AbortHandle {
        let projection = self.projection_for(&action);
        let asking = EffectTask {
            backend: self.backend.clone(),
            messages: self.messages.clone(),
            image_picker: self.image_picker.clone(),
            projection,
        };
        let (answer, message) = (AssertUnwindSafe(asking.run(action)).catch_unwind(), self.messages.clone());
        tokio::spawn(async move {
            if answer.await.is_err() {
                let _ = message.send(Message::Notify(TASK_PANIC_MESSAGE.to_owned())).await;
            }
        })
        .abort_handle()
    }

    /// Ends the reading of a list, where it is still under way.
    fn cancel_preview(&mut self, source: &str) {
        self.previews.iter().filter(|(of, _)| of == source).for_each(|(_, reading)| reading.abort());
        self.previews.retain(|(_, reading)| !reading.is_finished());
    }

    /// The board that an action needs beside what it says.
    fn projection_for(&self, action: &Effect) -> Option<ProjectionHandle> {
        let Effect::ExportRows { job, .. } = action else { return None };
        self.watched.iter().find(|(known, _)| known == job).map(|(_, projection)| projection.clone())
    }

    /// Does something in a task of its own, and says what came of it.
    fn spawn_and_notify(&self, errand: impl Future<Output = String> + Send + 'static) {
        let message = self.messages.clone();
        tokio::spawn(async move { message.send(Message::Notify(errand.await)).await });
    }

    /// The upstreams, while somebody looks; what has not changed is no news.
    fn poll_upstreams(&self) {
        let (operations, message) = (self.backend.clone(), self.messages.clone());
        tokio::spawn(async move {
            let mut last = Vec::new();
            while !message.is_closed() {
                let gauges = operations.upstream_statuses().await;
                if gauges != last {
                    last.clone_from(&gauges);
                    let _ = message.send(Message::Upstreams(gauges)).await;
                }
                tokio::time::sleep(UPSTREAM_POLL_INTERVAL).await;
            }
        });
    }

    fn track_watched(&mut self, message: &Message) {
        if let Message::JobAttached { job, result: Ok(projection) } = message {
            self.watched.retain(|(known, _)| known != job);
            self.watched.push((job.clone(), projection.clone()));
        }
    }

    /// Everything that was shown of a batch, as lines.
    fn rows_as_lines(&self, job: &JobId) -> Vec<String> {
        let Some((_, projection)) = self.watched.iter().find(|(known, _)| known == job) else { return Vec::new() };
        let projection = projection.read();
        projection.items().iter().filter_map(event_lines::format_item).collect()
    }

    /// What these events have to say, as lines.
    fn events_as_lines(&self, job: &JobId, events: &[EventEnvelope]) -> Vec<String> {
        let Some((_, projection)) = self.watched.iter().find(|(known, _)| known == job) else { return Vec::new() };
        let projection = projection.read();
        events.iter().filter_map(|event| event_lines::format_event(event, &projection, EventFormat::Text)).collect()
    }

    async fn shutdown_backend(self) -> ExitSummary {
        self.backend.shutdown().await;
        ExitSummary { watched: self.watched }
    }
}

/// Back to the shell until `fg`. The console stops itself: a group that has lost its shell ignores SIGTSTP.
fn suspend_to_shell(terminal: &mut ConsoleTerminal) -> io::Result<()> {
    terminal.restore()?;
    nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP)?;
    terminal.re_enter()
}
