//! Reads the processor time and the memory of a process from the kernel, for benches.

use std::time::Duration;

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
