//! The terminal: the console enters it, restores it temporarily, and leaves it usable however the console exits.
//!
//! [`ConsoleTerminal::restore`], dropping the terminal, and a panic on its thread all switch off the modes that it
//! switched on. Signals end the event loop, which drops the terminal. Therefore the terminal stays usable after a
//! closed ssh session, `docker stop` or a panic.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
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

/// Size of the write buffer. A frame is hundreds of small writes, which an ssh connection receives as one.
const WRITE_BUFFER_BYTES: usize = 64 << 10;

/// Why the console cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TerminalError {
    #[error("the console needs a terminal; without one, use `draft-maker run LIST`")]
    NotATty,
    #[error(
        "the console cannot run with TERM=dumb; `draft-maker run LIST` prints plain lines, and `draft-maker jobs` lists the batches"
    )]
    Dumb,
}

type CrosstermTerminal = ratatui::Terminal<CrosstermBackend<CountingWriter<BufWriter<Stdout>>>>;

/// The terminal while the console uses it.
pub struct ConsoleTerminal {
    inner: CrosstermTerminal,
    byte_counter: ByteCounter,
    /// True if the next frame clears the screen first.
    needs_clear: bool,
    /// True if the console itself stopped the process, and has entered the terminal again.
    has_suspended: bool,
}

/// Enables reports of clicks and the wheel, in SGR coordinates (xterm modes 1000 and 1006). Movements are not reported,
/// because each would cause a frame.
const ENABLE_MOUSE_SEQUENCE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const DISABLE_MOUSE_SEQUENCE: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// True while the mouse is captured.
static MOUSE_CAPTURED: AtomicBool = AtomicBool::new(false);

/// Sequence that is sent when the console leaves the terminal. It restores the window title and clears the progress in
/// the taskbar.
static EXIT_SEQUENCE: Mutex<String> = Mutex::new(String::new());

/// Sequences that set and reset the flag `disambiguate escape codes` of the kitty keyboard protocol. A terminal that
/// supports it reports Esc as a separate sequence; others ignore these sequences.
const ENHANCE_KEYS_SEQUENCE: &[u8] = b"\x1b[>1u";
const RESTORE_KEYS_SEQUENCE: &[u8] = b"\x1b[<1u";

/// True while the alternate screen uses the enhanced key protocol.
static KEYS_ENHANCED: AtomicBool = AtomicBool::new(false);

/// True while raw mode and the alternate screen are on.
static MODES_ENABLED: AtomicBool = AtomicBool::new(false);

impl ConsoleTerminal {
    /// Checks whether a console can be shown. `term` is the variable `TERM`.
    ///
    /// # Errors
    /// Returns [`TerminalError`], which names a command that needs no terminal.
    pub fn check_available(term: Option<&str>) -> Result<(), TerminalError> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(TerminalError::NotATty);
        }
        if term == Some("dumb") { Err(TerminalError::Dumb) } else { Ok(()) }
    }

    /// Enters raw mode and the alternate screen.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be set up.
    pub fn enter() -> io::Result<Self> {
        install_panic_hook();
        enable_modes()?;
        let count = ByteCounter::default();
        Ok(Self { inner: new_inner_terminal(&count)?, byte_counter: count, needs_clear: false, has_suspended: false })
    }

    /// Draws one frame, which the terminal shows as a whole (synchronized output, DEC mode 2026). Returns the number of
    /// bytes written.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be written.
    pub fn draw_frame(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<usize> {
        queue_command(&mut self.inner, BeginSynchronizedUpdate)?;
        if std::mem::take(&mut self.needs_clear) {
            queue_command(&mut self.inner, Clear(ClearType::All))?;
        }
        self.inner.draw(draw)?;
        queue_command(&mut self.inner, EndSynchronizedUpdate)?;
        self.inner.backend_mut().flush()?;
        Ok(self.byte_counter.take_bytes())
    }

    /// Restores the shell's screen and the terminal's modes.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be written.
    pub fn restore(&mut self) -> io::Result<()> {
        // A frame that failed halfway has started a synchronized update, which must be ended.
        let written =
            queue_command(&mut self.inner, EndSynchronizedUpdate).and_then(|()| self.inner.backend_mut().flush());
        disable_modes().and(written)
    }

    /// Shows the shell's screen and prints lines there, which stay in its scrollback. Raw mode stays on.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be written.
    pub(crate) fn show_plain_lines(&mut self, lines: &[String]) -> io::Result<()> {
        self.inner.backend_mut().flush()?;
        disable_mouse()?;
        send_if_keys_enhanced(RESTORE_KEYS_SEQUENCE)?;
        execute!(io::stdout(), LeaveAlternateScreen, Show)?;
        Self::print_lines(lines)
    }

    /// Prints more lines on the shell's screen, wrapped between words at the width of the terminal. Each line ends with
    /// a carriage return, because a line feed only moves down in raw mode.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be written.
    pub(crate) fn print_lines(lines: &[String]) -> io::Result<()> {
        let width = ratatui::crossterm::terminal::size().map_or(usize::MAX, |(columns, _)| usize::from(columns.max(1)));
        let mut out = io::stdout().lock();
        for line in lines.iter().flat_map(|lines| lines.lines()).flat_map(|line| wrap_plain_line(line, width)) {
            out.write_all(line.as_bytes())?;
            out.write_all(b"\r\n")?;
        }
        out.flush()
    }

    /// Enters the terminal again. The next frame draws everything.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be set up.
    pub(crate) fn re_enter(&mut self) -> io::Result<()> {
        enable_modes()?;
        self.rebuild_inner()
    }

    /// Returns to the shell while `stop` stops the process, and then enters the terminal again.
    ///
    /// # Errors
    /// Returns the error of `stop`, or the system's error if the terminal cannot be set up.
    pub(super) fn suspend(&mut self, stop: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        self.restore()?;
        self.has_suspended = true;
        stop()?;
        self.re_enter()
    }

    /// Enters the terminal again after the process was continued. If another program stopped it, as `kill -STOP` does,
    /// the shell has changed the modes of the terminal. Returns false if there is nothing to do.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be set up.
    pub(super) fn enter_after_continue(&mut self) -> io::Result<bool> {
        if std::mem::take(&mut self.has_suspended) {
            return Ok(false);
        }
        self.restore()?;
        self.re_enter().map(|()| true)
    }

    fn rebuild_inner(&mut self) -> io::Result<()> {
        let new_terminal = new_inner_terminal(&self.byte_counter)?;
        self.byte_counter.set_muted(true);
        self.inner = new_terminal;
        self.byte_counter.set_muted(false);
        Ok(())
    }

    /// Makes the next frame clear the screen and draw everything, because the terminal may have lost some of the
    /// content. Both happen in one update, so that the screen is never visibly empty.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be written.
    pub(crate) fn invalidate(&mut self) -> io::Result<()> {
        self.inner.backend_mut().flush()?;
        self.needs_clear = true;
        self.rebuild_inner()
    }

    /// Captures the mouse, or leaves it to the terminal for selecting text.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be written.
    pub(crate) fn set_mouse_capture(&mut self, capture: bool) -> io::Result<()> {
        self.inner.backend_mut().flush()?;
        if !capture {
            disable_mouse()?;
        }
        MOUSE_CAPTURED.store(capture, Ordering::SeqCst);
        enable_mouse()
    }

    /// Asks the terminal to report keys unambiguously while the console uses it.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be written.
    pub(super) fn enhance_keys(&mut self) -> io::Result<()> {
        self.inner.backend_mut().flush()?;
        KEYS_ENHANCED.store(true, Ordering::SeqCst);
        send_if_keys_enhanced(ENHANCE_KEYS_SEQUENCE)
    }

    /// Sends an escape sequence, and stores the one to send when the console leaves the terminal.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be written.
    pub(super) fn send_status(&mut self, sequence: &str, exit_sequence: &str) -> io::Result<()> {
        exit_sequence.clone_into(&mut EXIT_SEQUENCE.lock());
        self.send_sequence(sequence)
    }

    /// Returns true if the terminal shows its own title and no progress: nothing was sent since the console started or
    /// was suspended.
    pub(super) fn is_status_restored() -> bool {
        EXIT_SEQUENCE.lock().is_empty()
    }

    /// Sends an escape sequence to the terminal, such as text for the clipboard.
    ///
    /// # Errors
    /// Returns the system's error if the terminal cannot be written.
    pub(crate) fn send_sequence(&mut self, sequence: &str) -> io::Result<()> {
        let out = self.inner.backend_mut();
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }
}

impl Drop for ConsoleTerminal {
    fn drop(&mut self) {
        // An error cannot be reported, because the terminal may be gone.
        let _ = self.restore();
        self.byte_counter.set_muted(true);
    }
}

/// Indentation of continuation lines.
const CONTINUATION_INDENT: &str = "    ";

/// Wraps a line between words at `width` cells.
fn wrap_plain_line(line: &str, width: usize) -> Vec<String> {
    let indent = if width > 2 * CONTINUATION_INDENT.len() { CONTINUATION_INDENT } else { "" };
    let options = textwrap::Options::new(width).subsequent_indent(indent);
    textwrap::wrap(line, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// Returns a terminal whose screen is known to be empty, like the alternate screen after it is entered.
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
    send_if_keys_enhanced(ENHANCE_KEYS_SEQUENCE)?;
    enable_mouse()
}

fn send_if_keys_enhanced(sequence: &[u8]) -> io::Result<()> {
    if !KEYS_ENHANCED.load(Ordering::SeqCst) {
        return Ok(());
    }
    io::stdout().write_all(sequence)?;
    io::stdout().flush()
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
    // The lock may be held by the code that panicked.
    let exit_sequence = EXIT_SEQUENCE.try_lock().map(|mut sequence| std::mem::take(&mut *sequence)).unwrap_or_default();
    let shown = io::stdout().write_all(exit_sequence.as_bytes()).and(disable_mouse());
    // The terminal stores the flag separately for each of its two screens.
    let shown = shown.and(send_if_keys_enhanced(RESTORE_KEYS_SEQUENCE));
    let shown = shown.and(execute!(io::stdout(), DisableBracketedPaste, Show, LeaveAlternateScreen));
    disable_raw_mode().and(shown)
}

/// Installs a panic hook. A panic on the console's thread first restores the terminal, so that the panic message and
/// the next prompt are readable. A panic of a task, for example because of a broken image, is only logged, because it
/// must not write over the screen.
fn install_panic_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let (before, console) = (std::panic::take_hook(), std::thread::current().id());
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == console {
                let _ = disable_modes();
            }
            if MODES_ENABLED.load(Ordering::SeqCst) {
                tracing::error!("a task failed: {panic}");
            } else {
                before(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::wrap_plain_line;

    #[test]
    fn plain_lines_break_between_words() {
        let line = "needs_review  720642442524  Nirvana – Nevermind: 2 pressings match";
        let lines = wrap_plain_line(line, 40);
        assert_eq!(lines, ["needs_review  720642442524  Nirvana –", "    Nevermind: 2 pressings match"]);
        assert_eq!(wrap_plain_line("0123456789", 4), ["0123", "4567", "89"], "a word that is too wide");
        assert_eq!(wrap_plain_line("", 40), [""]);
    }
}
