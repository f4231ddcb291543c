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

use super::byte_counter::{ByteCounter, CountingWriter};

/// A frame is hundreds of small writes; a line of ssh gets it in one.
const WRITE_BUFFER_BYTES: usize = 64 << 10;

/// There is nothing to draw on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TerminalError {
    #[error(
        "the console needs a terminal, and standard input and output are none: `draft-maker run SOURCE` works without"
    )]
    NotATty,
    #[error("TERM={term} cannot draw a screen: `draft-maker run SOURCE` prints plain lines", term = "dumb")]
    Dumb,
}

type CrosstermTerminal = ratatui::Terminal<CrosstermBackend<CountingWriter<BufWriter<Stdout>>>>;

/// The terminal, while the console has it.
pub struct ConsoleTerminal {
    inner: CrosstermTerminal,
    byte_counter: ByteCounter,
}

/// Presses and the wheel, in coordinates of any size; not each movement, which would be a drawing each.
const ENABLE_MOUSE_SEQUENCE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const DISABLE_MOUSE_SEQUENCE: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// True while the mouse is wanted.
static MOUSE_CAPTURED: AtomicBool = AtomicBool::new(false);

/// True while the modes are on.
static MODES_ENABLED: AtomicBool = AtomicBool::new(false);

impl ConsoleTerminal {
    /// Whether a console can be shown at all. `term` is the variable `TERM`.
    ///
    /// # Errors
    /// [`NoTerminal`], which names the command that needs none.
    pub fn check_available(term: Option<&str>) -> Result<(), TerminalError> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(TerminalError::NotATty);
        }
        if term == Some("dumb") { Err(TerminalError::Dumb) } else { Ok(()) }
    }

    /// Takes the terminal.
    ///
    /// # Errors
    /// Where it cannot be set up.
    pub fn enter() -> io::Result<Self> {
        install_panic_hook();
        enable_modes()?;
        let count = ByteCounter::default();
        Ok(Self { inner: new_inner_terminal(&count)?, byte_counter: count })
    }

    /// Draws one frame; the terminal shows it whole or not yet (synchronized output, DEC mode 2026). How many bytes that
    /// took.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn draw_frame(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<usize> {
        queue_command(&mut self.inner, BeginSynchronizedUpdate)?;
        self.inner.draw(draw)?;
        queue_command(&mut self.inner, EndSynchronizedUpdate)?;
        self.inner.backend_mut().flush()?;
        Ok(self.byte_counter.take_bytes())
    }

    /// Gives it back: the shell's screen as it was.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn restore(&mut self) -> io::Result<()> {
        // A drawing that failed halfway has begun an update that nobody else ends.
        let written =
            queue_command(&mut self.inner, EndSynchronizedUpdate).and_then(|()| self.inner.backend_mut().flush());
        disable_modes().and(written)
    }

    /// Shows the shell's own screen, and lines on it that stay in its scrollback. Keys still come one by one.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn show_plain_lines(&mut self, lines: &[String]) -> io::Result<()> {
        self.inner.backend_mut().flush()?;
        disable_mouse()?;
        execute!(io::stdout(), LeaveAlternateScreen, Show)?;
        self.print_lines(lines)
    }

    /// Further lines there. Each begins at the left: in raw mode a line feed only goes down.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn print_lines(&mut self, lines: &[String]) -> io::Result<()> {
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
    pub fn re_enter(&mut self) -> io::Result<()> {
        enable_modes()?;
        self.rebuild_inner()
    }

    fn rebuild_inner(&mut self) -> io::Result<()> {
        let anew = new_inner_terminal(&self.byte_counter)?;
        self.byte_counter.set_muted(true);
        self.inner = anew;
        self.byte_counter.set_muted(false);
        Ok(())
    }

    /// Forgets what is on the screen: after a change of size and back, the terminal may have lost what was drawn.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn invalidate(&mut self) -> io::Result<()> {
        queue_command(&mut self.inner, Clear(ClearType::All))?;
        self.inner.backend_mut().flush()?;
        self.rebuild_inner()
    }

    /// Takes the mouse, or leaves it to the terminal's own selection.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn set_mouse_capture(&mut self, wanted: bool) -> io::Result<()> {
        self.inner.backend_mut().flush()?;
        if !wanted {
            disable_mouse()?;
        }
        MOUSE_CAPTURED.store(wanted, Ordering::SeqCst);
        enable_mouse()
    }

    /// Hands the terminal a sequence of its own, such as a text for the clipboard.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn send_sequence(&mut self, sequence: &str) -> io::Result<()> {
        let out = self.inner.backend_mut();
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }
}

impl Drop for ConsoleTerminal {
    fn drop(&mut self) {
        // Nobody can be told: the terminal may be what is gone.
        let _ = self.restore();
        self.byte_counter.set_muted(true);
    }
}

/// An empty screen, which the terminal's alternate one is when it is taken.
fn new_inner_terminal(count: &ByteCounter) -> io::Result<CrosstermTerminal> {
    CrosstermTerminal::new(CrosstermBackend::new(
        count.wrap_writer(BufWriter::with_capacity(WRITE_BUFFER_BYTES, io::stdout())),
    ))
}

fn queue_command(inner: &mut CrosstermTerminal, command: impl ratatui::crossterm::Command) -> io::Result<()> {
    use ratatui::crossterm::QueueableCommand as _;
    inner.backend_mut().queue(command).map(drop)
}

fn enable_modes() -> io::Result<()> {
    enable_raw_mode()?;
    MODES_ENABLED.store(true, Ordering::SeqCst);
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    enable_mouse()
}

fn enable_mouse() -> io::Result<()> {
    if !MOUSE_CAPTURED.load(Ordering::SeqCst) {
        return Ok(());
    }
    io::stdout().write_all(ENABLE_MOUSE_SEQUENCE)?;
    io::stdout().flush()
}

fn disable_mouse() -> io::Result<()> {
    if !MOUSE_CAPTURED.load(Ordering::SeqCst) {
        return Ok(());
    }
    io::stdout().write_all(DISABLE_MOUSE_SEQUENCE)?;
    io::stdout().flush()
}

fn disable_modes() -> io::Result<()> {
    if !MODES_ENABLED.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let shown = disable_mouse();
    let shown = shown.and(execute!(io::stdout(), DisableBracketedPaste, Show, LeaveAlternateScreen));
    disable_raw_mode().and(shown)
}

/// What a fault of the console says must be readable, and so must be the next prompt. A task that fails beside it, over a
/// broken picture perhaps, must not draw over the screen that goes on: its words are for the log.
fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (before, console) = (std::panic::take_hook(), std::thread::current().id());
        std::panic::set_hook(Box::new(move |fault| {
            if std::thread::current().id() == console {
                let _ = disable_modes();
            }
            if MODES_ENABLED.load(Ordering::SeqCst) {
                tracing::error!("a task has failed: {fault}");
            } else {
                before(fault);
            }
        }));
    });
}
