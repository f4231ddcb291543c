//! Measures a prefix with many objects: its first page, keys while further pages arrive, and its last object.

use std::time::{Duration, Instant};

use portable_pty::CommandBuilder;
use sandbox::{Sandbox, SandboxOptions};

use crate::figures::{milliseconds, spread};
use crate::line::runtime;
use crate::measures::time_of_a_key;
use crate::pty::BenchSession;

const OBJECTS: u32 = 100_000;
const PREFIX: &str = "boxes/2026/";

pub(crate) fn bucket() {
    let runtime = runtime();
    let sandbox = runtime
        .block_on(Sandbox::start(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }))
        .expect("a sandbox");
    for number in 0..OBJECTS {
        sandbox.put_object("draft-maker-bucket", &format!("{PREFIX}box-{number:06}.txt"), b"724353496128\n");
    }
    let home = tempfile::tempdir().expect("a folder");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_draft-maker"));
    command.args(["console", &format!("gs://draft-maker-bucket/{PREFIX}")]);
    let settings = sandbox.settings();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut session = BenchSession::open_with(command, home.path(), &settings);
    let first = session.until(|screen| screen.contains("box-000000.txt")) - session.began;
    println!("a prefix of {OBJECTS} objects      first page {:.0} ms after exec", milliseconds(first));
    let (began, mut times) = (Instant::now(), Vec::new());
    let last = format!("box-{:06}.txt", OBJECTS - 1);
    while !session.shown().contains(&last) {
        times.push(time_of_a_key(&mut session, if times.len() % 2 == 0 { "G" } else { "k" }));
        session.settle(Duration::from_millis(3));
    }
    println!("  last object after {:.1} s of keys; key to paint {}", began.elapsed().as_secs_f64(), spread(times));
    session.press("/box-09999\r");
    session.until(|screen| screen.contains("box-099990.txt") && !screen.contains("box-000001.txt"));
    let times = (0..20).map(|number| {
        session.settle(Duration::from_millis(5));
        time_of_a_key(&mut session, if number % 2 == 0 { "o" } else { "O" })
    });
    println!("  sorted, of those that fit       {}", spread(times.collect()));
}
