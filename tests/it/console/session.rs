//! Whole sessions on a pseudo-terminal: what an operator types, and what he sees.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::batch::shop::Shop;

/// Longer than anything here takes, on the slowest machine.
pub(super) const LONGEST: Duration = Duration::from_mins(1);

/// The program on a terminal of its own.
pub(super) struct Session {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    screen: Arc<Mutex<vt100::Parser>>,
    /// Everything that was written, byte by byte.
    written: Arc<Mutex<Vec<u8>>>,
}

impl Session {
    pub(super) fn open(shop: &Shop, arguments: &[&str], (rows, cols): (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let program = shop.program(arguments);
        let mut command = CommandBuilder::new(program.get_program());
        command.args(program.get_args());
        command.env_clear();
        for (name, value) in program.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        command.env("TERM", "xterm-256color");
        command.cwd(shop.home.path());
        let child = pair.slave.spawn_command(command).unwrap();
        let (screen, written) = (Arc::new(Mutex::new(vt100::Parser::new(cells(rows), cells(cols), 0))), Arc::default());
        listen(pair.master.try_clone_reader().unwrap(), screen.clone(), Arc::clone(&written));
        let keys = pair.master.take_writer().unwrap();
        Self { master: pair.master, keys, child, screen, written }
    }

    pub(super) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn shown(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Waits until the screen holds a text.
    pub(super) async fn until(&self, text: &str) {
        self.until_it(|screen| screen.contains(text), text).await;
    }

    async fn until_it(&self, is_so: impl Fn(&str) -> bool, what: &str) {
        let began = Instant::now();
        while !is_so(&self.shown()) {
            assert!(began.elapsed() < LONGEST, "no {what:?} on\n{}", self.shown());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The exit code of the program, which must end by itself now.
    pub(super) async fn end(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(began.elapsed() < LONGEST, "it does not end:\n{}", self.shown());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The last word about the alternate screen and the cursor must be that both are as the shell had them.
    pub(super) fn is_clean(&self) -> bool {
        let written = String::from_utf8_lossy(&self.written.lock().unwrap()).into_owned();
        let last = |on: &str, off: &str| written.rfind(off) > written.rfind(on);
        last("\x1b[?1049h", "\x1b[?1049l") && last("\x1b[?25l", "\x1b[?25h") && last("\x1b[?2004h", "\x1b[?2004l")
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap()
}

fn listen(mut from: Box<dyn Read + Send>, screen: Arc<Mutex<vt100::Parser>>, written: Arc<Mutex<Vec<u8>>>) {
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            screen.lock().unwrap().process(&bytes[..count]);
            written.lock().unwrap().extend_from_slice(&bytes[..count]);
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_bucket_to_a_batch_and_an_item() {
    let shop = Shop::open().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 80));
    session.until("upcs.txt").await;
    session.press("\r");
    session.until("83 UPCs").await;
    session.press("\r");
    session.until("completed  83/83").await;
    assert!(shop.output().join("").is_dir());
    session.press("n");
    session.press("\r");
    session.until("Leonard Cohen  (musicbrainz)").await;
    session.press("\x1b");
    session.until("by list").await;
    session.press("J");
    session.until("success    ago").await;
    session.until("gs://draft-").await;
    session.press("q");
    assert_eq!(session.end().await, 3, "as the batch ended");
    session.until("614141000036   not known to").await;
    assert!(session.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_run_over_the_shells_screen_and_the_same_key_returns() {
    let shop = Shop::with_synthetic(3).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 100));
    session.until("3 UPCs").await;
    session.press("\r");
    session.until("completed  3/3").await;
    session.press("L");
    session
        .until_it(|screen| screen.matches("exported  ").count() >= 3 && !screen.contains("by list"), "plain lines")
        .await;
    session.press("L");
    session.until("completed  3/3").await;
    session.press("q");
    session.end().await;
    assert!(session.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_size_draws_something() {
    let shop = Shop::with_synthetic(2).await;
    let mut session = Session::open(&shop, &["console", "."], (24, 80));
    session.until("this folder").await;
    for (rows, cols) in [(5, 20), (1, 1), (60, 300), (12, 40), (24, 80)] {
        session.screen.lock().unwrap().screen_mut().set_size(cells(rows), cells(cols));
        session.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        session.press("j");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    session.until("this folder").await;
    session.press("q");
    assert_eq!(session.end().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_leave_the_terminal_clean_and_the_batch_to_be_resumed() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
        let shop = Shop::with(draft_maker::sandbox::Options {
            limits: false,
            extra: 200,
            latency: Duration::from_millis(100),
            ..draft_maker::sandbox::Options::default()
        })
        .await;
        let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 80));
        session.until("200 UPCs").await;
        session.press("\r");
        session.until("running").await;
        kill(Pid::from_raw(session.child.process_id().unwrap().cast_signed()), signal).unwrap();
        session.end().await;
        assert!(session.is_clean(), "{signal}");
        let jobs = shop.run(&["jobs"]);
        assert!(jobs.out.contains("stopped"), "{signal}: {}", jobs.out);
    }
}

/// Two consoles and a run at one service: all see the same batch, and none of them takes it along when it leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_console_joins_the_service_and_leaves_it_running() {
    let shop = Shop::with(draft_maker::sandbox::Options {
        limits: false,
        latency: Duration::from_millis(30),
        ..draft_maker::sandbox::Options::default()
    })
    .await;
    let mut service = shop.start(&["serve", "--port", "0"]);
    let beacon = shop.home.path().join(".local/share/draft-maker/service.json");
    let began = Instant::now();
    while !beacon.exists() {
        assert!(began.elapsed() < LONGEST, "no service");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut first = Session::open(&shop, &["console", "gs://draft-maker-bucket/upcs.txt"], (24, 100));
    first.until("the service at 127.0.0.1").await;
    first.until("83 UPCs").await;
    first.press("\r");
    first.until("running").await;
    let mut second = Session::open(&shop, &["console"], (24, 100));
    second.until("the service at 127.0.0.1").await;
    second.press("J");
    second.until("batch_").await;
    second.press("\r");
    second.until("/83").await;
    first.press("q");
    assert_ne!(first.end().await, 101);
    second.until("completed  83/83").await;
    second.press("q");
    assert_eq!(second.end().await, 3, "as the batch ended");
    let again = shop.run(&["run", "gs://draft-maker-bucket/upcs.txt", "--no-tui"]);
    assert_eq!(again.code, Some(3), "{}{}", again.out, again.err);
    assert!(again.err.contains("runs in the service at http://127.0.0.1"), "{}", again.err);
    assert!(again.out.contains("already_drafted"), "{}", again.out);
    let local = shop.run(&["run", shop.list("720642442524\n")]);
    assert!(local.err.contains("takes lists from gs:// only"), "{}", local.err);
    let status = shop.run(&["status", "--follow"]);
    assert!(status.code == Some(3) && status.out.contains("already_drafted"), "{}{}", status.out, status.err);
    crate::batch::shop::send(&service, Signal::SIGTERM);
    assert_eq!(crate::batch::shop::end(&mut service).await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_it_says_what_works_without() {
    let shop = Shop::with_synthetic(1).await;
    let ran = shop.run(&["console"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("draft-maker run SOURCE"), "{}", ran.err);
    let keys = shop.run(&["console", "--print-keys"]);
    assert!(keys.code == Some(0) && keys.out.contains("[watch]"), "{}", keys.err);
}
