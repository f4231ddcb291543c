//! Faults of the program itself: the terminal stays usable. The program that has them is this one, on a terminal of its own.

use std::io::Read as _;

use draft_maker::console::Terminal;

use super::pty::Session;

/// A console that draws, whose task fails beside it, and that fails itself at a key.
#[test]
#[ignore = "it fails on purpose: the test below has it do so on a terminal"]
fn a_console_that_fails() {
    let mut terminal = Terminal::take().unwrap();
    terminal.draw(|frame| frame.render_widget("the screen", frame.area())).unwrap();
    std::thread::spawn(|| panic!("a task's fault")).join().unwrap_err();
    terminal.draw(|frame| frame.render_widget("the screen goes on", frame.area())).unwrap();
    std::io::stdin().read_exact(&mut [0]).unwrap();
    panic!("the console's fault");
}

#[tokio::test]
async fn a_fault_leaves_the_terminal_clean_and_one_of_a_task_leaves_the_screen() {
    let name = "console::faults::a_console_that_fails";
    let itself = std::env::current_exe().unwrap();
    let mut session = Session::of_program(&itself, &["--exact", name, "--ignored", "--nocapture"], (24, 80));
    session.until("the screen goes on").await;
    assert!(!session.is_clean() && !session.has_written().contains("a task's fault"), "{}", session.shown());
    session.press("x");
    assert_eq!(session.end().await, 101);
    assert!(session.is_clean());
    let written = session.has_written();
    let words = written.rfind("the console's fault").expect("what went wrong");
    assert!(words > written.rfind("\x1b[?1049l").unwrap(), "on the shell's own screen: {written}");
}
