//! The loop: a key or news, then a drawing. It performs what the screens ask for, each in a task of its own, so that a
//! slow bucket never holds up a key.

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};
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

use super::asking::Asking;
use super::clipboard::{self, Way};
use super::errands;
use super::news::News;
use super::operations::{Operations, SharedBoard, Trouble};
use super::pane::Action;
use super::state::Console;
use super::terminal::Terminal;
use domain::batch::JobId;
use domain::event::Event;
use report::lines::{self, Lines};

/// Between two drawings for news: an eye reads no faster, and a line of ssh carries no more.
const BETWEEN_FRAMES: Duration = Duration::from_millis(250);

/// What news may put on the line, in bytes a second: a slow one must have room for what the keys ask for. A drawing of
/// many rows is followed by the next one as much later.
const BYTES_A_SECOND: u64 = 2_000;

/// And never later than this. For so long after a key, its answers are drawn as they come.
const LONGEST_BETWEEN_FRAMES: Duration = Duration::from_secs(3);

/// News that may wait for the loop; whoever has more waits to be let in.
const WAITING: usize = 256;

/// How often the upstreams are looked at while a batch is watched.
const BETWEEN_GAUGES: Duration = Duration::from_secs(1);

/// What the operator is told where a task has failed in a way that nobody thought of: else he would wait for its answer.
const FAILED: &str = "a fault of the program: that will not be answered; the log says more, r asks again";

/// How the console ended.
#[derive(Debug)]
pub struct Left {
    /// The batches that were watched, for the last words on the terminal.
    pub watched: Vec<(JobId, SharedBoard)>,
}

/// Everything that is on its way to the loop.
struct Desk {
    operations: Arc<dyn Operations>,
    news: mpsc::Sender<News>,
    /// The loop's own reference to what it has watched.
    watched: Vec<(JobId, SharedBoard)>,
    /// The batch whose lines run over the shell's own screen, while they do.
    outside: Option<JobId>,
    /// Lists that are being read, and how that is ended.
    readings: Vec<(String, AbortHandle)>,
    /// How the terminal shows pictures; asked when one is first wanted.
    picker: Option<Picker>,
}

/// Shows the console until the operator leaves, or `stop` is asked for.
///
/// # Errors
/// Where the terminal cannot be drawn on any more.
pub async fn run(
    mut terminal: Terminal,
    mut console: Console,
    first: Vec<Action>,
    operations: impl Future<Output = Result<Arc<dyn Operations>, Trouble>>,
    stop: &CancellationToken,
) -> io::Result<Left> {
    let mut keys = EventStream::new();
    // Asked before anything is drawn: from then on no change of size is missed.
    let mut early = match futures::poll!(keys.next()) {
        Poll::Ready(Some(Ok(input))) => vec![input],
        _ => Vec::new(),
    };
    // Before anything else takes its time: whoever typed the command sees that it has begun.
    terminal.draw(|frame| console.draw(frame, Timestamp::now()))?;
    let operations = match at_last(operations, &mut keys, &mut early).await {
        Ok(operations) => operations,
        Err(why) => {
            terminal.leave()?;
            return Err(io::Error::other(why));
        }
    };
    let (news, mut told) = mpsc::channel(WAITING);
    console.joined(operations.name(), operations.ends_with_the_console());
    let desk = Desk { operations, news, watched: Vec::new(), outside: None, readings: Vec::new(), picker: None };
    desk.look_at_gauges();
    let now = Instant::now();
    let mut shown = Shown { terminal, console, desk, next_frame: now, last_key: now, stale: true };
    let until_he_leaves = shown.follow((keys, early), &mut told, first, stop).await;
    // Where the terminal is gone, what runs is stopped in order all the same.
    let left = shown.desk.leave().await;
    until_he_leaves.map(|()| left)
}

/// Waits for whoever runs the batches; what is typed meanwhile is kept.
async fn at_last<T>(operations: impl Future<Output = T>, keys: &mut EventStream, early: &mut Vec<Input>) -> T {
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
struct Shown {
    terminal: Terminal,
    console: Console,
    desk: Desk,
    /// When news may be drawn.
    next_frame: Instant,
    /// When the operator was last heard of: a key, the mouse, another size.
    last_key: Instant,
    /// True where something has happened since.
    stale: bool,
}

impl Shown {
    /// Keys, news and drawings, until the operator leaves.
    async fn follow(
        &mut self,
        (mut keys, early): (EventStream, Vec<Input>),
        told: &mut mpsc::Receiver<News>,
        first: Vec<Action>,
        stop: &CancellationToken,
    ) -> io::Result<()> {
        let mut waiting = first;
        for input in early {
            waiting.extend(self.press(&input)?);
        }
        loop {
            if self.desk.picker.is_none() && waiting.iter().any(|action| matches!(action, Action::Picture { .. })) {
                // Its answer comes the way that keys come, so nobody else may read there meanwhile.
                drop(keys);
                self.desk.picker = Some(errands::ask_the_terminal().await);
                keys = EventStream::new();
            }
            if !self.perform(std::mem::take(&mut waiting))? {
                return Ok(());
            }
            let next_frame = self.next_frame;
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                key = keys.next() => match key {
                    Some(Ok(input)) => waiting = self.press(&input)?,
                    // Standard input is gone, and with it the operator.
                    Some(Err(_)) | None => return Ok(()),
                },
                Some(news) = told.recv() => waiting = self.hear(&news)?,
                () = tokio::time::sleep_until(next_frame), if self.is_stale() => self.draw()?,
            }
        }
    }

    fn is_stale(&self) -> bool {
        self.stale && self.desk.outside.is_none()
    }

    fn draw(&mut self) -> io::Result<()> {
        let console = &mut self.console;
        let bytes = self.terminal.draw(|frame| console.draw(frame, Timestamp::now()))?;
        let pause = Duration::from_micros(bytes as u64 * 1_000_000 / BYTES_A_SECOND);
        (self.next_frame, self.stale) = (Instant::now() + pause.clamp(BETWEEN_FRAMES, LONGEST_BETWEEN_FRAMES), false);
        Ok(())
    }

    /// A key, or a new size: the screen answers at once.
    fn press(&mut self, input: &Input) -> io::Result<Vec<Action>> {
        if self.desk.outside.is_some() {
            if self.console.returns(input) {
                self.desk.outside = None;
                self.terminal.take_again()?;
                self.stale = true;
            }
            return Ok(Vec::new());
        }
        self.last_key = Instant::now();
        let mut waiting = heard(&mut self.console, input);
        let is_resized = matches!(input, Input::Resize(..));
        if is_resized {
            self.terminal.forget()?;
        }
        self.draw()?;
        if is_resized {
            waiting.extend(self.console.learn(&News::Resized));
        }
        waiting.extend(self.console.wants());
        Ok(waiting)
    }

    fn hear(&mut self, news: &News) -> io::Result<Vec<Action>> {
        self.desk.remember(news);
        if let (Some(outside), News::Happened { job, events }) = (&self.desk.outside, news)
            && outside == job
        {
            self.terminal.print(&self.desk.told(job, events))?;
        }
        self.stale = true;
        if news.is_answer() && self.last_key.elapsed() < LONGEST_BETWEEN_FRAMES {
            self.next_frame = Instant::now();
        }
        let mut waiting = self.console.learn(news);
        waiting.extend(self.console.wants());
        Ok(waiting)
    }

    /// Does what the screens asked for. False where the operator leaves.
    fn perform(&mut self, actions: Vec<Action>) -> io::Result<bool> {
        for action in actions {
            if !self.desk.perform(action, &mut self.terminal, &mut self.console)? {
                return Ok(false);
            }
            self.stale = true;
        }
        Ok(true)
    }
}

fn heard(console: &mut Console, input: &Input) -> Vec<Action> {
    match input {
        Input::Key(key) if key.kind != KeyEventKind::Release => console.press(*key),
        Input::Mouse(mouse) => console.point(*mouse),
        Input::Paste(text) => console.paste(text),
        // A new size, a focus: the drawing that follows is all that it takes.
        _ => Vec::new(),
    }
}

impl Desk {
    /// Does what a screen asked for. False where the operator leaves.
    fn perform(&mut self, action: Action, terminal: &mut Terminal, console: &mut Console) -> io::Result<bool> {
        match action {
            Action::Leave => return Ok(false),
            Action::Suspend => suspend(terminal)?,
            Action::Copy(text) => match console.clipboard.copy(&text, &console.reach) {
                Way::Sequence(sequence) => {
                    terminal.send(&sequence)?;
                    console.tell(&clipboard::said(&text));
                }
                Way::File => self.aside(errands::keep(text)),
            },
            Action::Mouse(taken) => terminal.mouse(taken)?,
            Action::Visit(address) => self.aside(errands::visit(address, console.reach.browser())),
            Action::Say(words) => console.tell(&words),
            Action::Ring if console.rings() => terminal.send("\x07")?,
            Action::Ring => {}
            Action::Lines(job) => {
                terminal.step_out(&self.so_far(&job))?;
                self.outside = Some(job);
            }
            Action::StopReading(source) => self.stop_reading(&source),
            Action::Preview { source } => {
                self.stop_reading(&source);
                let reading = self.ask(Action::Preview { source: source.clone() });
                self.readings.push((source, reading));
            }
            asked => drop(self.ask(asked)),
        }
        Ok(true)
    }

    /// Asks in a task of its own; the answer comes as news.
    fn ask(&self, action: Action) -> AbortHandle {
        let board = self.board_of(&action);
        let asking =
            Asking { operations: self.operations.clone(), news: self.news.clone(), picker: self.picker.clone(), board };
        let (answer, news) = (AssertUnwindSafe(asking.answer(action)).catch_unwind(), self.news.clone());
        tokio::spawn(async move {
            if answer.await.is_err() {
                let _ = news.send(News::Told(FAILED.to_owned())).await;
            }
        })
        .abort_handle()
    }

    /// Ends the reading of a list, where it is still under way.
    fn stop_reading(&mut self, source: &str) {
        self.readings.iter().filter(|(of, _)| of == source).for_each(|(_, reading)| reading.abort());
        self.readings.retain(|(_, reading)| !reading.is_finished());
    }

    /// The board that an action needs beside what it says.
    fn board_of(&self, action: &Action) -> Option<SharedBoard> {
        let Action::Export { job, .. } = action else { return None };
        self.watched.iter().find(|(known, _)| known == job).map(|(_, board)| board.clone())
    }

    /// Does something in a task of its own, and says what came of it.
    fn aside(&self, errand: impl Future<Output = String> + Send + 'static) {
        let news = self.news.clone();
        tokio::spawn(async move { news.send(News::Told(errand.await)).await });
    }

    /// The upstreams, while somebody looks; what has not changed is no news.
    fn look_at_gauges(&self) {
        let (operations, news) = (self.operations.clone(), self.news.clone());
        tokio::spawn(async move {
            let mut last = Vec::new();
            while !news.is_closed() {
                let gauges = operations.gauges().await;
                if gauges != last {
                    last.clone_from(&gauges);
                    let _ = news.send(News::Gauges(gauges)).await;
                }
                tokio::time::sleep(BETWEEN_GAUGES).await;
            }
        });
    }

    fn remember(&mut self, news: &News) {
        if let News::Watching { job, answer: Ok(board) } = news {
            self.watched.retain(|(known, _)| known != job);
            self.watched.push((job.clone(), board.clone()));
        }
    }

    /// Everything that was shown of a batch, as lines.
    fn so_far(&self, job: &JobId) -> Vec<String> {
        let Some((_, board)) = self.watched.iter().find(|(known, _)| known == job) else { return Vec::new() };
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        board.items().iter().filter_map(lines::row).collect()
    }

    /// What these events have to say, as lines.
    fn told(&self, job: &JobId, events: &[Event]) -> Vec<String> {
        let Some((_, board)) = self.watched.iter().find(|(known, _)| known == job) else { return Vec::new() };
        let board = board.read().unwrap_or_else(PoisonError::into_inner);
        events.iter().filter_map(|event| lines::line(event, &board, Lines::Text)).collect()
    }

    async fn leave(self) -> Left {
        self.operations.leave().await;
        Left { watched: self.watched }
    }
}

/// Back to the shell until `fg`. The console stops itself: a group that has lost its shell ignores SIGTSTP.
fn suspend(terminal: &mut Terminal) -> io::Result<()> {
    terminal.leave()?;
    nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP)?;
    terminal.take_again()
}
