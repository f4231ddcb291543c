//! Runs a test again in a separate process, for tests that set the environment or standard input, or measure the
//! process.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

const CHILD: &str = "DRAFT_MAKER_TEST_IN_ITS_OWN_PROCESS";

/// Returns true in the separate process.
pub fn is_child() -> bool {
    std::env::var_os(CHILD).is_some()
}

/// Runs the named test in a separate process with only this environment, and returns its standard error.
pub fn stderr_of(test: &str, environment: &[(&str, &str)], input: Vec<u8>) -> String {
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
    // The child may close the pipe before it has read everything.
    let writer = std::thread::spawn(move || drop(pipe.write_all(&input)));
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    writer.join().unwrap();
    assert!(child.wait().unwrap().success(), "{stderr}");
    stderr
}
