//! The terminal: taken, given back for a while, and left clean however the console ends.
//!
//! What is switched on is switched off by [`Terminal::leave`], by dropping it, and where its own thread panics; signals
//! end the loop, which drops it. So a closed ssh session, `docker stop` and a fault all leave a terminal that can be typed in.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::Frame;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};

use super::counted::{Count, Counted};

/// A frame is hundreds of small writes; a line of ssh gets it in one.
const BUFFER: usize = 64 << 10;

/// There is nothing to draw on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTerminal {
    #[error(
        "the console needs a terminal, and standard input and output are none: `draft-maker run SOURCE` works without"
    )]
    NotOne,
    #[error("TERM={term} cannot draw a screen: `draft-maker run SOURCE` prints plain lines", term = "dumb")]
    Dumb,
}

type Inner = ratatui::Terminal<CrosstermBackend<Counted<BufWriter<Stdout>>>>;

/// The terminal, while the console has it.
pub struct Terminal {
    inner: Inner,
    count: Count,
}

/// Presses and the wheel, in coordinates of any size; not each movement, which would be a drawing each.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// True while the mouse is wanted.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// True while the modes are on.
static TAKEN: AtomicBool = AtomicBool::new(false);

impl Terminal {
    /// Whether a console can be shown at all. `term` is the variable `TERM`.
    ///
    /// # Errors
    /// [`NoTerminal`], which names the command that needs none.
    pub fn there_is_one(term: Option<&str>) -> Result<(), NoTerminal> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(NoTerminal::NotOne);
        }
        if term == Some("dumb") { Err(NoTerminal::Dumb) } else { Ok(()) }
    }

    /// Takes the terminal.
    ///
    /// # Errors
    /// Where it cannot be set up.
    pub fn take() -> io::Result<Self> {
        watch_for_faults();
        enter()?;
        let count = Count::default();
        Ok(Self { inner: screen(&count)?, count })
    }

    /// Draws one frame; the terminal shows it whole or not yet (synchronized output, DEC mode 2026). How many bytes that
    /// took.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<usize> {
        execute_in(&mut self.inner, BeginSynchronizedUpdate)?;
        self.inner.draw(draw)?;
        execute_in(&mut self.inner, EndSynchronizedUpdate)?;
        self.inner.backend_mut().flush()?;
        Ok(self.count.take())
    }

    /// Gives it back: the shell's screen as it was.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn leave(&mut self) -> io::Result<()> {
        // A drawing that failed halfway has begun an update that nobody else ends.
        let written =
            execute_in(&mut self.inner, EndSynchronizedUpdate).and_then(|()| self.inner.backend_mut().flush());
        leave().and(written)
    }

    /// Shows the shell's own screen, and lines on it that stay in its scrollback. Keys still come one by one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn step_out(&mut self, lines: &[String]) -> io::Result<()> {
        self.inner.backend_mut().flush()?;
        leave_the_mouse()?;
        execute!(io::stdout(), LeaveAlternateScreen, Show)?;
        self.print(lines)
    }

    /// Further lines there. Each begins at the left: in raw mode a line feed only goes down.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn print(&mut self, lines: &[String]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for line in lines.iter().flat_map(|lines| lines.lines()) {
            out.write_all(line.as_bytes())?;
            out.write_all(b"\r\n")?;
        }
        out.flush()
    }

    /// Takes it again; everything is drawn anew.
    ///
    /// # Errors
    /// Where it cannot be set up.
    pub fn take_again(&mut self) -> io::Result<()> {
        enter()?;
        self.begin_anew()
    }

    fn begin_anew(&mut self) -> io::Result<()> {
        let anew = screen(&self.count)?;
        self.count.silence(true);
        self.inner = anew;
        self.count.silence(false);
        Ok(())
    }

    /// Forgets what is on the screen: after a change of size and back, the terminal may have lost what was drawn.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn forget(&mut self) -> io::Result<()> {
        execute_in(&mut self.inner, Clear(ClearType::All))?;
        self.inner.backend_mut().flush()?;
        self.begin_anew()
    }

    /// Takes the mouse, or leaves it to the terminal's own selection.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn mouse(&mut self, wanted: bool) -> io::Result<()> {
        self.inner.backend_mut().flush()?;
        if !wanted {
            leave_the_mouse()?;
        }
        MOUSE.store(wanted, Ordering::SeqCst);
        take_the_mouse()
    }

    /// Hands the terminal a sequence of its own, such as a text for the clipboard.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn send(&mut self, sequence: &str) -> io::Result<()> {
        let out = self.inner.backend_mut();
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Nobody can be told: the terminal may be what is gone.
        let _ = self.leave();
        self.count.silence(true);
    }
}

/// An empty screen, which the terminal's alternate one is when it is taken.
fn screen(count: &Count) -> io::Result<Inner> {
    Inner::new(CrosstermBackend::new(count.over(BufWriter::with_capacity(BUFFER, io::stdout()))))
}

fn execute_in(inner: &mut Inner, command: impl ratatui::crossterm::Command) -> io::Result<()> {
    use ratatui::crossterm::QueueableCommand as _;
    inner.backend_mut().queue(command).map(drop)
}

fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    take_the_mouse()
}

fn take_the_mouse() -> io::Result<()> {
    if !MOUSE.load(Ordering::SeqCst) {
        return Ok(());
    }
    io::stdout().write_all(MOUSE_ON)?;
    io::stdout().flush()
}

fn leave_the_mouse() -> io::Result<()> {
    if !MOUSE.load(Ordering::SeqCst) {
        return Ok(());
    }
    io::stdout().write_all(MOUSE_OFF)?;
    io::stdout().flush()
}

fn leave() -> io::Result<()> {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let shown = leave_the_mouse();
    let shown = shown.and(execute!(io::stdout(), DisableBracketedPaste, Show, LeaveAlternateScreen));
    disable_raw_mode().and(shown)
}

/// What a fault of the console says must be readable, and so must be the next prompt. A task that fails beside it, over a
/// broken picture perhaps, must not draw over the screen that goes on: its words are for the log.
fn watch_for_faults() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (before, console) = (std::panic::take_hook(), std::thread::current().id());
        std::panic::set_hook(Box::new(move |fault| {
            if std::thread::current().id() == console {
                let _ = leave();
            }
            if TAKEN.load(Ordering::SeqCst) {
                tracing::error!("a task has failed: {fault}");
            } else {
                before(fault);
            }
        }));
    });
}
