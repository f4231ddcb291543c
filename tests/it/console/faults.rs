//! Faults of the console itself: the terminal stays usable. This test program starts itself as a failing console.

use std::io::Read as _;
use std::time::Duration;

use console::ConsoleTerminal;
use sandbox::SandboxOptions;

use super::pty::{Session, run_until_hangup};
use crate::batch::shop::Shop;

/// Runs a console that draws, has a failing background task, and panics on a key press.
fn a_console_that_fails() -> ! {
    let mut terminal = ConsoleTerminal::enter().unwrap();
    terminal.draw_frame(|frame| frame.render_widget("the screen", frame.area())).unwrap();
    std::thread::spawn(|| panic!("a task's fault")).join().unwrap_err();
    terminal.draw_frame(|frame| frame.render_widget("the screen goes on", frame.area())).unwrap();
    std::io::stdin().read_exact(&mut [0]).unwrap();
    terminal.draw_frame(|_| panic!("the console's fault")).unwrap();
    unreachable!("the drawing has failed");
}

/// Variable that makes this program run as the failing console.
const FAILS: &str = "DRAFT_MAKER_TEST_FAILS";

/// The test starts itself as the failing console on a pseudo-terminal.
#[tokio::test]
async fn a_panic_restores_the_terminal_and_a_failed_task_keeps_the_screen() {
    if std::env::var_os(FAILS).is_some() {
        a_console_that_fails();
    }
    let name = "console::faults::a_panic_restores_the_terminal_and_a_failed_task_keeps_the_screen";
    let itself = std::env::current_exe().unwrap();
    let mut session = Session::for_program(&itself, &["--exact", name, "--nocapture"], (24, 80), &[(FAILS, "1")]);
    session.until("the screen goes on").await;
    assert!(!session.is_clean() && !session.has_written().contains("a task's fault"), "{}", session.shown());
    session.press("x");
    assert_eq!(session.wait_for_exit().await, 101);
    assert!(session.is_clean());
    let written = session.has_written();
    let words = written.rfind("the console's fault").expect("the panic message");
    assert!(words > written.rfind("\x1b[?1049l").unwrap(), "on the shell's own screen: {written}");
}

/// After a hangup nothing can be printed. This is not a failure, and the running batch stops cleanly.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_can_be_resumed_after_a_hangup() {
    let options = SandboxOptions {
        enforce_limits: false,
        synthetic_releases: 200,
        latency: Duration::from_millis(100),
        ..SandboxOptions::default()
    };
    let shop = Shop::with(options).await;
    let code = run_until_hangup(&shop, &["console", shop.synthetic_list()], ("queue ", "\r"), "running").await;
    assert_ne!(code, 101, "the program does not panic");
    let jobs = shop.run(&["jobs"]);
    assert!(jobs.out.contains("stopped"), "{}{}", jobs.out, jobs.err);
}
