//! Runs a program on a pseudo-terminal and records the times of its output.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub(crate) const ROWS: u16 = 40;
pub(crate) const COLS: u16 = 120;

/// Time limit, longer than anything here takes.
const TIMEOUT: Duration = Duration::from_mins(3);

/// Bytes that the program wrote, and the time when they were read.
pub(crate) type Part = (Instant, Vec<u8>);

pub(crate) struct BenchSession {
    pub(crate) began: Instant,
    pub(crate) child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    parts: Receiver<Part>,
    screen: vt100::Parser,
    /// Stays open while the program runs.
    _master: Box<dyn MasterPty + Send>,
}

impl BenchSession {
    /// Starts the program with its own home folder.
    pub(crate) fn console(home: &Path, arguments: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_draft-maker"));
        command.args(arguments);
        Self::open(command, home)
    }

    pub(crate) fn open(command: CommandBuilder, home: &Path) -> Self {
        Self::open_with(command, home, &[])
    }

    pub(crate) fn open_with(command: CommandBuilder, home: &Path, variables: &[(&str, &str)]) -> Self {
        let began = Instant::now();
        let (child, master) = begin(command, home, variables);
        let (sender, parts) = sync_channel(1 << 16);
        let mut from = master.try_clone_reader().expect("its output");
        std::thread::spawn(move || {
            let mut bytes = vec![0; 64 << 10];
            while let Ok(count @ 1..) = from.read(&mut bytes) {
                if sender.send((Instant::now(), bytes[..count].to_vec())).is_err() {
                    return;
                }
            }
        });
        let keys = master.take_writer().expect("its input");
        let cells = |count| NonZeroU16::new(count).expect("cells");
        let screen = vt100::Parser::new(cells(ROWS), cells(COLS), 0);
        Self { began, child, keys, parts, screen, _master: master }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("a key");
        self.keys.flush().expect("a key");
    }

    pub(crate) fn shown(&self) -> String {
        self.screen.screen().contents()
    }

    /// Returns the next bytes; `None` if none arrive in time.
    pub(crate) fn next(&mut self, within: Duration) -> Option<Part> {
        match self.parts.recv_timeout(within) {
            Ok(part) => {
                self.screen.process(&part.1);
                Some(part)
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => None,
        }
    }

    /// Waits until the screen satisfies the condition. Returns the time when it does.
    pub(crate) fn until(&mut self, is_so: impl Fn(&str) -> bool) -> Instant {
        let began = Instant::now();
        loop {
            let left = TIMEOUT.saturating_sub(began.elapsed());
            let Some((at, _)) = self.next(left) else { panic!("it does not come to that:\n{}", self.shown()) };
            if is_so(&self.shown()) {
                return at;
            }
        }
    }

    /// Counts the redraws and bytes that arrive within this time.
    pub(crate) fn listen(&mut self, time: Duration) -> (usize, usize) {
        let (until, mut drawings, mut bytes) = (Instant::now() + time, 0, 0);
        while let Some((_, part)) = self.next(until.saturating_duration_since(Instant::now())) {
            // A redraw ends with the end of a synchronized update (DEC mode 2026).
            drawings += part.windows(8).filter(|window| *window == b"\x1b[?2026l").count();
            bytes += part.len();
        }
        (drawings, bytes)
    }

    /// Waits until nothing arrives for this time.
    pub(crate) fn settle(&mut self, quiet: Duration) {
        while self.next(quiet).is_some() {}
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Returns the processor time of all threads so far (schedstat: nanoseconds on the processor).
    pub(crate) fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid())).expect("its threads");
        let on_cpu = tasks.flatten().filter_map(|task| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(on_cpu.sum())
    }

    /// Returns a field of `/proc/PID/status`, in kB.
    pub(crate) fn kilobytes(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }
}

impl Drop for BenchSession {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a program with its own home folder on a terminal, whose other end is returned.
pub(crate) fn begin(
    mut command: CommandBuilder,
    home: &Path,
    variables: &[(&str, &str)],
) -> (Box<dyn Child + Send + Sync>, Box<dyn MasterPty + Send>) {
    let size = PtySize { rows: ROWS, cols: COLS, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).expect("a pseudo-terminal");
    let path = std::env::var("PATH").unwrap_or_default();
    command.env_clear();
    let all =
        [("HOME", home.to_str().expect("a path")), ("TERM", "xterm-256color"), ("PATH", &path), ("LANG", "C.UTF-8")];
    for (name, value) in all.iter().chain(variables) {
        command.env(name, value);
    }
    command.cwd(home);
    (pair.slave.spawn_command(command).expect("the program"), pair.master)
}
