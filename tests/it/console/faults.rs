//! Faults of the program itself: the terminal stays usable. The program that has them is this one, on a terminal of its own.

use std::io::Read as _;
use std::time::Duration;

use console::ConsoleTerminal;
use sandbox::SandboxOptions;

use super::pty::{Session, lose_the_line};
use crate::batch::shop::Shop;

/// A console that draws, whose task fails beside it, and that fails itself at a key.
fn a_console_that_fails() -> ! {
    let mut terminal = ConsoleTerminal::enter().unwrap();
    terminal.draw_frame(|frame| frame.render_widget("the screen", frame.area())).unwrap();
    std::thread::spawn(|| panic!("a task's fault")).join().unwrap_err();
    terminal.draw_frame(|frame| frame.render_widget("the screen goes on", frame.area())).unwrap();
    std::io::stdin().read_exact(&mut [0]).unwrap();
    terminal.draw_frame(|_| panic!("the console's fault")).unwrap();
    unreachable!("the drawing has failed");
}

/// The name under which this program is told to be that console.
const FAILS: &str = "DRAFT_MAKER_TEST_FAILS";

/// It opens itself on a terminal, where it is the console that fails.
#[tokio::test]
async fn a_fault_leaves_the_terminal_clean_and_one_of_a_task_leaves_the_screen() {
    if std::env::var_os(FAILS).is_some() {
        a_console_that_fails();
    }
    let name = "console::faults::a_fault_leaves_the_terminal_clean_and_one_of_a_task_leaves_the_screen";
    let itself = std::env::current_exe().unwrap();
    let mut session = Session::of_program(&itself, &["--exact", name, "--nocapture"], (24, 80), &[(FAILS, "1")]);
    session.until("the screen goes on").await;
    assert!(!session.is_clean() && !session.has_written().contains("a task's fault"), "{}", session.shown());
    session.press("x");
    assert_eq!(session.wait_for_exit().await, 101);
    assert!(session.is_clean());
    let written = session.has_written();
    let words = written.rfind("the console's fault").expect("what went wrong");
    assert!(words > written.rfind("\x1b[?1049l").unwrap(), "on the shell's own screen: {written}");
}

/// No word of farewell can be read, none makes it fail, and what ran is stopped in order.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_line_leaves_the_batch_to_be_resumed() {
    let options = SandboxOptions {
        enforce_limits: false,
        synthetic_releases: 200,
        latency: Duration::from_millis(100),
        ..SandboxOptions::default()
    };
    let shop = Shop::with(options).await;
    let code = lose_the_line(&shop, &["console", shop.synthetic_list()], ("turn ", "\r"), "running").await;
    assert_ne!(code, 101, "it does not panic");
    let jobs = shop.run(&["jobs"]);
    assert!(jobs.out.contains("stopped"), "{}{}", jobs.out, jobs.err);
}
