//! Where lines and the bar are printed without getting into each other's way.

use std::io::{self, ErrorKind, IsTerminal, Write};

use indicatif::ProgressBar;
use jiff::Timestamp;

use super::bar::{self, Left};
use domain::board::Board;
use domain::event::Event;
use domain::outlook::Outlook;
use domain::upstream::Upstream;
use report::lines::{Lines, line};

/// How one run is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShowAs {
    pub lines: Lines,
    /// False for `--no-tui`: no bar, also in a terminal.
    pub bar: bool,
    /// True for `--quiet`: neither lines nor a bar.
    pub quiet: bool,
}

impl ShowAs {
    /// True where a bar will be drawn: nothing else may write on the terminal then.
    pub fn draws_bar(self) -> bool {
        self.bar && !self.quiet && io::stderr().is_terminal()
    }
}

/// Lines on standard output, the bar and words for the operator on standard error.
///
/// A reader that goes away (`| head`) ends the printing and not the batch.
pub struct Paper {
    out: Box<dyn Write + Send>,
    side: Box<dyn Write + Send>,
    shown: ShowAs,
    bar: ProgressBar,
    drawn: bool,
    closed: bool,
    /// How long it still takes, as the bar says it.
    outlook: Outlook,
    left: Left,
    upstreams: Option<Upstreams>,
}

/// The services that are asked, at this moment; empty where nobody knows.
pub type Upstreams = Box<dyn Fn() -> Vec<Upstream> + Send>;

impl Paper {
    /// The process's own outputs.
    pub fn new(shown: ShowAs) -> Self {
        Self::on(Box::new(io::stdout()), Box::new(io::stderr()), shown, shown.draws_bar())
    }

    /// Any outputs, without a bar.
    pub fn plain(out: Box<dyn Write + Send>, side: Box<dyn Write + Send>, shown: ShowAs) -> Self {
        Self::on(out, side, shown, false)
    }

    fn on(out: Box<dyn Write + Send>, side: Box<dyn Write + Send>, shown: ShowAs, drawn: bool) -> Self {
        let (outlook, left) = (Outlook::default(), Left::default());
        let bar = bar::open(left.clone());
        Self { out, side, shown, bar, drawn, closed: false, outlook, left, upstreams: None }
    }

    /// The same, and the bar names who holds the run up.
    #[must_use]
    pub fn held_up_by(self, upstreams: Upstreams) -> Self {
        Self { upstreams: Some(upstreams), ..self }
    }

    /// The time that is left goes on while nothing happens.
    pub fn tick(&mut self, board: &Board) {
        let Some(upstreams) = self.upstreams.as_ref().filter(|_| self.drawn) else { return };
        let upstreams = upstreams();
        // Without them the bar has a pace of its own, which forgets what was before this run.
        let left = (!upstreams.is_empty()).then(|| self.outlook.left(board, &upstreams, Timestamp::now()));
        self.left.say(left.flatten());
    }

    /// Called once before the first news.
    pub fn begin(&mut self, board: &Board) {
        bar::begin(&self.bar, board, self.drawn);
    }

    /// Prints what `events` have to say and moves the bar to where `board` is.
    pub fn news(&mut self, events: &[Event], board: &Board) {
        if !self.shown.quiet && !self.closed {
            let lines: String = events
                .iter()
                .filter_map(|event| line(event, board, self.shown.lines))
                .map(|line| line + "\n")
                .collect();
            self.print(&lines);
        }
        self.tick(board);
        bar::update(&self.bar, board);
    }

    /// A word for the operator, on standard error.
    pub fn remark(&mut self, words: &str) {
        let (bar, side) = (&self.bar, &mut self.side);
        // Nobody can be told that standard error is closed.
        let _ = bar.suspend(|| writeln!(side, "{words}"));
    }

    /// Takes the bar away and prints the summary: on standard output for people, beside it where JSON stands there.
    pub fn close(&mut self, summary: &str) {
        self.bar.finish_and_clear();
        match self.shown.lines {
            Lines::Text => self.print(summary),
            Lines::Ndjson => {
                let _ = self.side.write_all(summary.as_bytes()).and_then(|()| self.side.flush());
            }
        }
    }

    fn print(&mut self, text: &str) {
        if text.is_empty() || self.closed {
            return;
        }
        let (bar, out) = (&self.bar, &mut self.out);
        if let Err(error) = bar.suspend(|| out.write_all(text.as_bytes()).and_then(|()| out.flush())) {
            self.closed = true;
            if error.kind() != ErrorKind::BrokenPipe {
                self.remark(&format!("standard output cannot be written ({error}); the batch goes on without it"));
            }
        }
    }
}
