//! What needs no batch: the start, nothing, keys, and the end by a signal.

use std::path::Path;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::CommandBuilder;

use crate::figures::{milliseconds, spread};
use crate::pty::Session;

const STARTS: usize = 50;
const KEYS: usize = 1_000;
const IDLE: Duration = Duration::from_secs(10);

/// A home with some files to look at.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    for number in 0..200 {
        std::fs::write(home.path().join(format!("box-{number:03}.txt")), "724353496128\n").expect("a file");
    }
    home
}

fn until_painted(session: &mut Session) -> Duration {
    let began = session.began;
    session.until(|screen| !screen.trim().is_empty()) - began
}

pub(crate) fn start() {
    let home = home();
    let (mut times, mut memory) = (Vec::new(), 0);
    for _ in 0..STARTS {
        let mut session = Session::console(home.path(), &["console", "."]);
        times.push(until_painted(&mut session));
        session.until(|screen| screen.contains("box-010.txt"));
        memory = memory.max(session.kilobytes("VmRSS"));
    }
    println!("exec to first painted frame       {}", spread(times));
    println!("resident memory at start          {:.1} MB", memory as f64 / 1024.0);
}

fn idle_of(session: &mut Session) {
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
    let mut session = Session::console(home.path(), &["console", "."]);
    session.until(|screen| screen.contains("box-010.txt"));
    idle_of(&mut session);
}

/// The time from writing a key to the first byte that answers it.
pub(crate) fn time_of_a_key(session: &mut Session, key: &str) -> Duration {
    let pressed = Instant::now();
    session.press(key);
    let (at, _) = session.next(Duration::from_secs(10)).expect("an answer");
    at - pressed
}

pub(crate) fn keys() {
    let home = home();
    let mut session = Session::console(home.path(), &["console", "."]);
    session.until(|screen| screen.contains("box-010.txt"));
    session.settle(Duration::from_secs(1));
    let times = (0..KEYS).map(|number| {
        let took = time_of_a_key(&mut session, if number / 100 % 2 == 0 { "j" } else { "k" });
        session.settle(Duration::from_millis(5));
        took
    });
    println!("key to paint, nothing else        {}", spread(times.collect()));
}

/// True where the last word about each mode is that it is off again.
fn is_clean(written: &[u8]) -> bool {
    let text = String::from_utf8_lossy(written);
    let pairs = [("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?25l", "\x1b[?25h"), ("\x1b[?2004h", "\x1b[?2004l")];
    pairs.iter().all(|(on, off)| text.rfind(off) > text.rfind(on))
}

pub(crate) fn signals() {
    let home = home();
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGQUIT, Signal::SIGINT] {
        let mut session = Session::console(home.path(), &["console", "."]);
        let mut written = Vec::new();
        while !session.shown().contains("box-010.txt") {
            written.extend(session.next(Duration::from_secs(10)).expect("a screen").1);
        }
        kill(Pid::from_raw(session.pid().cast_signed()), signal).expect("a signal");
        let sent = Instant::now();
        while let Some((_, part)) = session.next(Duration::from_secs(2)) {
            written.extend(part);
        }
        let ended = session.child.wait().expect("an end");
        println!(
            "{signal}: terminal left clean: {}, exit code {}, {:.0} ms",
            is_clean(&written),
            ended.exit_code(),
            milliseconds(sent.elapsed())
        );
    }
}

/// Another program, by the same rule.
pub(crate) fn beside(words: &[String]) {
    let (program, arguments) = words.split_first().expect("the program's name");
    let folder = std::env::current_dir().expect("a folder");
    let open = |home: &Path| {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        Session::open(command, home)
    };
    let times = (0..STARTS).map(|_| until_painted(&mut open(&folder)));
    println!("exec to first painted frame       {}", spread(times.collect()));
    let mut session = open(&folder);
    until_painted(&mut session);
    idle_of(&mut session);
    println!("resident memory                   {:.1} MB", session.kilobytes("VmRSS") as f64 / 1024.0);
}
