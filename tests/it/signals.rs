//! Signals, each sent to a separate process.

use std::io::{self, BufRead};

use draft_maker::headless::watch_signals;

/// The first signal requests a stop, and the second one ends the process. The test starts itself as the process that
/// receives the signals.
#[test]
fn a_second_signal_exits_at_once() {
    const ROLE: &str = "DRAFT_MAKER_TEST_WAITS_FOR_SIGNALS";
    if std::env::var_os(ROLE).is_some() {
        wait_for_signals();
        return;
    }
    for (first, second, code) in [("TERM", "INT", 130), ("HUP", "TERM", 143)] {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "signals::a_second_signal_exits_at_once", "--nocapture"])
            .env(ROLE, "1")
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut text = io::BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        for (word, signal) in [("ready", first), ("stopping", second)] {
            assert!(text.any(|line| line.ends_with(word)), "{word}");
            let kill = format!("kill -{signal} {}", child.id());
            assert!(std::process::Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        }
        assert_eq!(child.wait().unwrap().code(), Some(code), "{first}, {second}");
    }
}

#[tokio::main]
async fn wait_for_signals() {
    let stop = watch_signals().unwrap();
    println!("ready");
    stop.cancelled().await;
    println!("stopping");
    std::future::pending::<()>().await;
}
