//! Measurements without a batch: start, idling, keys, and ending by a signal.

use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::CommandBuilder;

use crate::figures::{milliseconds, spread};
use crate::pty::{BenchSession, begin};

const STARTS: usize = 50;
const KEYS: usize = 1_000;
const IDLE: Duration = Duration::from_secs(10);

/// Creates a home folder with some files to browse.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    for number in 0..200 {
        std::fs::write(home.path().join(format!("box-{number:03}.txt")), "724353496128\n").expect("a file");
    }
    home
}

fn until_painted(session: &mut BenchSession) -> Duration {
    let began = session.began;
    session.until(|screen| !screen.trim().is_empty()) - began
}

pub(crate) fn start() {
    let home = home();
    let (mut times, mut memory) = (Vec::new(), 0);
    for _ in 0..STARTS {
        let mut session = BenchSession::console(home.path(), &["console", "."]);
        times.push(until_painted(&mut session));
        session.until(|screen| screen.contains("box-010.txt"));
        memory = memory.max(session.kilobytes("VmRSS"));
    }
    println!("exec to first painted frame       {}", spread(times));
    println!("resident memory at start          {:.1} MB", memory as f64 / 1024.0);
}

fn idle_of(session: &mut BenchSession) {
    session.settle(Duration::from_secs(2));
    let before = session.cpu();
    let (drawings, bytes) = session.listen(IDLE);
    let cpu = session.cpu().saturating_sub(before);
    println!(
        "idle for {} s                     {drawings} drawings, {bytes} bytes, {:.2} % of a processor",
        IDLE.as_secs(),
        cpu.as_secs_f64() / IDLE.as_secs_f64() * 100.0
    );
}

pub(crate) fn idle() {
    let home = home();
    let mut session = BenchSession::console(home.path(), &["console", "."]);
    session.until(|screen| screen.contains("box-010.txt"));
    idle_of(&mut session);
}

/// Returns the time from writing a key to the first byte of the response.
pub(crate) fn time_of_a_key(session: &mut BenchSession, key: &str) -> Duration {
    let pressed = Instant::now();
    session.press(key);
    let (at, _) = session.next(Duration::from_secs(10)).expect("an answer");
    at - pressed
}

pub(crate) fn keys() {
    let home = home();
    let mut session = BenchSession::console(home.path(), &["console", "."]);
    session.until(|screen| screen.contains("box-010.txt"));
    session.settle(Duration::from_secs(1));
    let times = (0..KEYS).map(|number| {
        let took = time_of_a_key(&mut session, if number / 100 % 2 == 0 { "j" } else { "k" });
        session.settle(Duration::from_millis(5));
        took
    });
    println!("key to paint, nothing else        {}", spread(times.collect()));
}

/// Returns whether every mode that was enabled was disabled at the end.
fn is_clean(written: &[u8]) -> bool {
    let text = String::from_utf8_lossy(written);
    let modes = [("1049h", "1049l"), ("25l", "25h"), ("2004h", "2004l"), ("2026h", "2026l")];
    let pairs = modes.map(|(on, off)| (format!("\x1b[?{on}"), format!("\x1b[?{off}")));
    pairs.iter().all(|(on, off)| text.rfind(off.as_str()) > text.rfind(on.as_str()))
}

/// Argument that makes this program run as a failing console on a separate terminal.
pub(crate) const FAULT: &str = "fault";

pub(crate) fn fail() {
    let mut terminal = console::ConsoleTerminal::enter().expect("a terminal");
    terminal.draw_frame(|_| panic!("a fault of the console")).expect("a drawing");
}

/// Returns everything that a program writes until it ends, and its exit code.
fn until_the_end(session: &mut BenchSession, mut written: Vec<u8>) -> (Vec<u8>, u32) {
    while let Some((_, part)) = session.next(Duration::from_secs(2)) {
        written.extend(part);
    }
    (written, session.child.wait().expect("an end").exit_code())
}

pub(crate) fn ends() {
    let home = home();
    signals(home.path());
    let mut command = CommandBuilder::new(std::env::current_exe().expect("this program"));
    command.arg(FAULT);
    let (written, code) = until_the_end(&mut BenchSession::open(command, home.path()), Vec::new());
    println!("a panic: terminal left clean: {}, exit code {code}", is_clean(&written));
    hangup(home.path());
}

/// Closes the other end of the terminal, as when ssh disconnects. The program must not keep running.
fn hangup(home: &Path) {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_draft-maker"));
    command.args(["console", "."]);
    let (mut child, master) = begin(command, home, &[]);
    let (mut from, mut written, mut bytes) = (master.try_clone_reader().expect("its output"), Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&written).contains("box-010.txt") {
        let count = from.read(&mut bytes).expect("a screen");
        written.extend_from_slice(&bytes[..count]);
    }
    drop((from, master));
    let lost = Instant::now();
    let code = child.wait().expect("an end").exit_code();
    println!("the line is lost: ended with exit code {code} after {:.0} ms", milliseconds(lost.elapsed()));
}

fn signals(home: &Path) {
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGINT] {
        let mut session = BenchSession::console(home, &["console", "."]);
        let mut written = Vec::new();
        while !session.shown().contains("box-010.txt") {
            written.extend(session.next(Duration::from_secs(10)).expect("a screen").1);
        }
        kill(Pid::from_raw(session.pid().cast_signed()), signal).expect("a signal");
        let sent = Instant::now();
        let (written, code) = until_the_end(&mut session, written);
        let took = milliseconds(sent.elapsed());
        println!("{signal}: terminal left clean: {}, exit code {code}, {took:.0} ms", is_clean(&written));
    }
}

/// Measures another program in the same way.
pub(crate) fn beside(message: &[String]) {
    let (program, arguments) = message.split_first().expect("the program's name");
    let folder = std::env::current_dir().expect("a folder");
    let open = |home: &Path| {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        BenchSession::open(command, home)
    };
    let times = (0..STARTS).map(|_| until_painted(&mut open(&folder)));
    println!("exec to first painted frame       {}", spread(times.collect()));
    let mut session = open(&folder);
    until_painted(&mut session);
    idle_of(&mut session);
    println!("resident memory                   {:.1} MB", session.kilobytes("VmRSS") as f64 / 1024.0);
}
