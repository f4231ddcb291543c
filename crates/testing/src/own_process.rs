//! Runs one test once more in a process of its own: for what reads the environment or standard input, and for what
//! measures the process.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

const CHILD: &str = "DRAFT_MAKER_TEST_IN_ITS_OWN_PROCESS";

/// Whether this is that process.
pub fn is_it() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Runs the test of this name with nothing but this environment, and gives what it wrote to standard error.
pub fn told_by(test: &str, environment: &[(&str, &str)], input: Vec<u8>) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env_clear()
        .env(CHILD, "1")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // A child that has heard enough closes the pipe.
    let writer = std::thread::spawn(move || drop(pipe.write_all(&input)));
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success(), "{text}");
    text
}
