//! The loop: a key or news, then a drawing. It performs what the screens ask for, each in a task of its own, so that a
//! slow bucket never holds up a key.

use std::io;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use ratatui::crossterm::event::{Event as Input, EventStream, KeyEventKind};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::news::News;
use super::operations::{Operations, SharedBoard, Trouble, Watched};
use super::pane::Action;
use super::state::Console;
use super::terminal::Terminal;
use crate::domain::batch::JobId;
use crate::domain::event::Event;
use crate::report::lines::{self, Lines};

/// Between two drawings for news: an eye reads no faster, and a line of ssh carries no more.
const BETWEEN_FRAMES: Duration = Duration::from_millis(250);

/// What news may put on the line, in bytes a second: a slow one must have room for what the keys ask for. A drawing of
/// many rows is followed by the next one as much later.
const BYTES_A_SECOND: u64 = 2_000;

/// And never later than this.
const LONGEST_BETWEEN_FRAMES: Duration = Duration::from_secs(2);

/// News that may wait for the loop; whoever has more waits to be let in.
const WAITING: usize = 256;

/// How often the upstreams are looked at while a batch is watched.
const BETWEEN_GAUGES: Duration = Duration::from_secs(1);

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
    // Before anything else: whoever typed the command sees that it has begun.
    terminal.draw(|frame| console.draw(frame, Timestamp::now()))?;
    let operations = match operations.await {
        Ok(operations) => operations,
        Err(why) => {
            terminal.leave()?;
            return Err(io::Error::other(why));
        }
    };
    let (news, mut told) = mpsc::channel(WAITING);
    console.joined(operations.name(), operations.ends_with_the_console());
    let desk = Desk { operations, news, watched: Vec::new(), outside: None };
    desk.look_at_gauges();
    let mut shown = Shown { terminal, console, desk, next_frame: Instant::now(), stale: true };
    let (mut keys, mut waiting) = (EventStream::new(), first);
    loop {
        if !shown.perform(std::mem::take(&mut waiting))? {
            return shown.desk.leave().await;
        }
        let next_frame = shown.next_frame;
        tokio::select! {
            biased;
            () = stop.cancelled() => return shown.desk.leave().await,
            key = keys.next() => match key {
                Some(Ok(input)) => waiting = shown.press(&input)?,
                // Standard input is gone, and with it the operator.
                Some(Err(_)) | None => return shown.desk.leave().await,
            },
            Some(news) = told.recv() => waiting = shown.hear(&news)?,
            () = tokio::time::sleep_until(next_frame), if shown.is_stale() => shown.draw()?,
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
    /// True where something has happened since.
    stale: bool,
}

impl Shown {
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
        let waiting = heard(&mut self.console, input);
        if matches!(input, Input::Resize(..)) {
            self.terminal.forget()?;
        }
        self.draw()?;
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
        Ok(self.console.learn(news))
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
            Action::Copy(text) => {
                terminal.send(&clipboard(&text))?;
                console.tell(&format!("copied {text}"));
            }
            Action::Ring if console.rings() => terminal.send("\x07")?,
            Action::Ring => {}
            Action::Lines(job) => {
                terminal.step_out(&self.so_far(&job))?;
                self.outside = Some(job);
            }
            asked => self.ask(asked),
        }
        Ok(true)
    }

    /// Asks in a task of its own; the answer comes as news.
    fn ask(&self, action: Action) {
        let (operations, news) = (self.operations.clone(), self.news.clone());
        tokio::spawn(async move {
            let answer = match action {
                Action::List { spot, page } => {
                    let answer = operations.list(&spot, page.clone()).await;
                    News::Listed { spot, page, answer }
                }
                Action::Preview { source } => {
                    let answer = operations.preview(&source).await;
                    News::Previewed { source, answer }
                }
                Action::Start(wish) => News::Started(operations.start(&wish).await),
                Action::Jobs => News::Jobs(operations.jobs().await),
                Action::Watch(job) => return watch(operations, job, news).await,
                Action::Change { job, change } => {
                    let answer = operations.change(&job, change).await;
                    News::Changed { job, change, answer }
                }
                Action::Scans(ask) => News::Scans(ask.perform(operations.as_ref()).await),
                Action::Open { job, upc } => {
                    let answer = operations.open(&job, upc).await.map(Box::new);
                    News::Opened { job, upc, answer }
                }
                Action::Copy(_) | Action::Ring | Action::Lines(_) | Action::Suspend | Action::Leave => return,
            };
            // A console that has left hears nothing.
            let _ = news.send(answer).await;
        });
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

    async fn leave(self) -> io::Result<Left> {
        self.operations.leave().await;
        Ok(Left { watched: self.watched })
    }
}

/// Joins a batch and passes on what happens in it, until it ends or the console leaves.
async fn watch(operations: Arc<dyn Operations>, job: JobId, news: mpsc::Sender<News>) {
    let Watched { board, news: mut happens, .. } = match operations.watch(&job).await {
        Ok(watched) => watched,
        Err(why) => {
            let _ = news.send(News::Watching { job, answer: Err(why) }).await;
            return;
        }
    };
    let _ = news.send(News::Watching { job: job.clone(), answer: Ok(board) }).await;
    while let Some(events) = happens.next().await {
        let told = match events {
            Ok(events) => News::Happened { job: job.clone(), events },
            Err(why) => News::Lost { job: job.clone(), why },
        };
        if news.send(told).await.is_err() {
            return;
        }
    }
}

/// Back to the shell until `fg`. The console stops itself: a group that has lost its shell ignores SIGTSTP.
fn suspend(terminal: &mut Terminal) -> io::Result<()> {
    terminal.leave()?;
    nix::sys::signal::raise(nix::sys::signal::Signal::SIGSTOP)?;
    terminal.take_again()
}

/// OSC 52, which a terminal takes over ssh too; tmux passes it on where it may.
fn clipboard(text: &str) -> String {
    use base64::Engine as _;
    format!("\x1b]52;c;{}\x07", base64::engine::general_purpose::STANDARD.encode(text))
}
