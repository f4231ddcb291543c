//! Runs the program on a separate pseudo-terminal: its screen, its keys, and every byte that it writes.

use parking_lot::Mutex;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::batch::shop::Shop;

/// Time limit, longer than anything here takes on the slowest machine.
pub(super) const TIMEOUT: Duration = Duration::from_mins(1);

/// The program on a separate terminal.
pub(super) struct Session {
    pub(super) master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    pub(super) child: Box<dyn Child + Send + Sync>,
    pub(super) screen: Arc<Mutex<vt100::Parser>>,
    /// All bytes that the program has written.
    pub(super) written: Arc<Mutex<Vec<u8>>>,
    /// Ends when all output of the program has been read.
    listener: std::thread::JoinHandle<()>,
}

impl Session {
    pub(super) fn open(shop: &Shop, arguments: &[&str], size: (u16, u16)) -> Self {
        Self::open_with(shop, arguments, size, &[])
    }

    pub(super) fn open_with(
        shop: &Shop,
        arguments: &[&str],
        (rows, cols): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        Self::spawn(command(shop, arguments, variables), (rows, cols))
    }

    /// Opens the program in another folder than its home.
    pub(super) fn open_in(shop: &Shop, folder: &Path, arguments: &[&str], size: (u16, u16)) -> Self {
        let mut command = command(shop, arguments, &[]);
        command.cwd(folder);
        Self::spawn(command, size)
    }

    /// Opens a shell with job control, whose arguments are the command of the program.
    pub(super) fn open_in_shell(shop: &Shop, script: &str, arguments: &[&str], size: (u16, u16)) -> Self {
        let mut shell = command(shop, arguments, &[]);
        let program = std::mem::take(shell.get_argv_mut());
        shell.get_argv_mut().extend(["/bin/sh", "-m", "-c", script, "sh"].map(Into::into));
        shell.get_argv_mut().extend(program);
        Self::spawn(shell, size)
    }

    /// Opens another program than Draft Maker.
    pub(super) fn for_program(
        program: &Path,
        arguments: &[&str],
        size: (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        for (name, value) in [("TERM", "xterm-256color")].iter().chain(variables) {
            command.env(name, value);
        }
        Self::spawn(command, size)
    }

    fn spawn(command: CommandBuilder, (rows, cols): (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let (screen, written) = (Arc::new(Mutex::new(vt100::Parser::new(cells(rows), cells(cols), 0))), Arc::default());
        let listener = listen(pair.master.try_clone_reader().unwrap(), screen.clone(), Arc::clone(&written));
        let keys = pair.master.take_writer().unwrap();
        Self { master: pair.master, keys, child, screen, written, listener }
    }

    pub(super) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    pub(super) fn shown(&self) -> String {
        self.screen.lock().screen().contents()
    }

    /// Waits until the screen contains a text.
    pub(super) async fn until(&self, text: &str) {
        self.until_it(|screen| screen.contains(text), text).await;
    }

    /// Waits until the dialog before a batch shows the estimate; before that, Enter has no effect.
    pub(super) async fn until_estimated(&self, items: usize) {
        self.until_it(|screen| screen.contains(&format!("{items} UPC")) && screen.contains("queue "), "its turn").await;
    }

    pub(super) async fn until_it(&self, is_so: impl Fn(&str) -> bool, what: &str) {
        let began = Instant::now();
        while !is_so(&self.shown()) {
            assert!(began.elapsed() < TIMEOUT, "no {what:?} on\n{}", self.shown());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until the middle of the screen has a colored background: an image, drawn with half blocks here, or with
    /// blanks if both halves have the same color.
    pub(super) async fn until_painted(&self) {
        let began = Instant::now();
        loop {
            let is_painted = {
                let screen = self.screen.lock();
                let (rows, cols) = screen.screen().size();
                let middle = (0..rows.get()).filter_map(|row| screen.screen().cell(row, cols.get() / 2));
                middle.filter(|cell| matches!(cell.bgcolor(), vt100::Color::Rgb(..))).count() > 3
            };
            if is_painted {
                return;
            }
            assert!(began.elapsed() < TIMEOUT, "no picture on\n{}", self.shown());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits for the program to end on its own, reads its remaining output, and returns its exit code.
    pub(super) async fn wait_for_exit(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let (Some(status), true) = (self.child.try_wait().unwrap(), self.listener.is_finished()) {
                return status.exit_code();
            }
            assert!(began.elapsed() < TIMEOUT, "it does not end:\n{}", self.shown());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(super) fn has_written(&self) -> String {
        String::from_utf8_lossy(&self.written.lock()).into_owned()
    }

    /// Waits until this text was written, visibly or not.
    pub(super) async fn until_written(&self, text: &str) {
        let began = Instant::now();
        while !self.has_written().contains(text) {
            assert!(began.elapsed() < TIMEOUT, "{text:?} was not written");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until this text was written after the first `after` bytes.
    pub(super) async fn until_it_wrote(&self, text: &str, after: usize) {
        let began = Instant::now();
        while !self.has_written().get(after..).is_some_and(|written| written.contains(text)) {
            assert!(began.elapsed() < TIMEOUT, "{text:?} was not written");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Kills the program, as if the machine went down.
    pub(super) fn kill(&mut self) {
        let pid = Pid::from_raw(self.child.process_id().unwrap().cast_signed());
        kill(pid, Signal::SIGKILL).unwrap();
        self.child.wait().unwrap();
    }

    /// Returns whether the alternate screen and the cursor were restored at the end.
    pub(super) fn is_clean(&self) -> bool {
        let written = String::from_utf8_lossy(&self.written.lock()).into_owned();
        let last = |on: &str, off: &str| written.rfind(off) > written.rfind(on);
        let modes =
            last("\x1b[?1049h", "\x1b[?1049l") && last("\x1b[?25l", "\x1b[?25h") && last("\x1b[?2004h", "\x1b[?2004l");
        modes && last("\x1b[?2026h", "\x1b[?2026l") && written.rfind("\x1b[<1u") >= written.rfind("\x1b[>1u")
    }
}

fn command(shop: &Shop, arguments: &[&str], variables: &[(&str, &str)]) -> CommandBuilder {
    let program = shop.program(arguments);
    let mut command = CommandBuilder::new(program.get_program());
    command.args(program.get_args());
    command.env_clear();
    for (name, value) in program.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.env("TERM", "xterm-256color");
    for (name, value) in variables {
        command.env(name, value);
    }
    command.cwd(shop.home.path());
    command
}

/// Runs the program on a terminal that disappears, as when ssh disconnects. Types keys once the program has drawn one
/// text, and closes the terminal once it has drawn another. Returns the exit code.
pub(super) async fn run_until_hangup(shop: &Shop, arguments: &[&str], typed: (&str, &str), until: &str) -> u32 {
    let pair = native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
    let mut child = pair.slave.spawn_command(command(shop, arguments, &[])).unwrap();
    drop(pair.slave);
    let (mut from, mut keys) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
    let (mut screen, mut bytes) = (vt100::Parser::new(cells(24), cells(80), 0), [0; 4096]);
    let mut killer = child.clone_killer();
    let steps = [typed, (until, "")].map(|(text, then)| (text.to_owned(), then.to_owned()));
    let ended = tokio::task::spawn_blocking(move || {
        for (text, then) in steps {
            while !screen.screen().contents().contains(&text) {
                let count = from.read(&mut bytes).unwrap();
                screen.process(&bytes[..count]);
            }
            keys.write_all(then.as_bytes()).unwrap();
        }
        drop((from, keys, pair.master));
        child.wait().unwrap().exit_code()
    });
    let Ok(ended) = tokio::time::timeout(TIMEOUT, ended).await else {
        killer.kill().unwrap();
        panic!("the program does not end");
    };
    ended.unwrap()
}

pub(super) fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

fn listen(
    mut from: Box<dyn Read + Send>,
    screen: Arc<Mutex<vt100::Parser>>,
    written: Arc<Mutex<Vec<u8>>>,
) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            screen.lock().process(&bytes[..count]);
            written.lock().extend_from_slice(&bytes[..count]);
        }
    })
}
