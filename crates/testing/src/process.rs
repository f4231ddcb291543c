//! Runs a test again in a separate process, for tests that set the environment or standard input, or measure the
//! process. Reads the processor time and the memory of a process from the kernel, for benches.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

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

/// Returns the user and system time of all threads of a process, in steps of 10 ms.
pub fn processor_time(process_id: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process_id}/stat")).unwrap_or_default();
    // The program name, in parentheses, may contain spaces. Fields 14 and 15 of proc(5) are the user and system time, in
    // hundredths of a second on Linux.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Duration::from_millis(fields.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Returns the peak memory of a process in kilobytes.
pub fn peak_kilobytes(process_id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process_id}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
