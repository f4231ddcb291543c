//! Times and durations as text, in the same form everywhere.

use std::time::Duration;

use jiff::Timestamp;

/// Formats a time to the minute, such as `2024-03-18 14:30 UTC`.
pub fn format_minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Formats a time to the second, such as `2024-03-18 14:30:07 UTC`.
pub fn format_second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Formats a measured time: `5.8 s`, `42 s`, `3 min 12 s` or `2 h 05 min`.
pub fn format_elapsed(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    match seconds {
        0..10 => format!("{}.{} s", seconds, elapsed.subsec_millis() / 100),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format_hours(seconds),
    }
}

/// Formats an estimated time: `40 s`, `12 min` or `3 h 20 min`.
pub(crate) fn format_estimated(left: Duration) -> String {
    let seconds = left.as_secs();
    match seconds {
        0..90 => format!("{} s", seconds.max(1)),
        90..5_400 => format!("{} min", (seconds + 30) / 60),
        _ => format_hours(seconds),
    }
}

fn format_hours(seconds: u64) -> String {
    format!("{} h {:02} min", seconds / 3_600, seconds % 3_600 / 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_times_keep_what_can_be_seen() {
        for (millis, text) in
            [(0, "0.0 s"), (5_849, "5.8 s"), (42_900, "42 s"), (192_000, "3 min 12 s"), (7_500_000, "2 h 05 min")]
        {
            assert_eq!(format_elapsed(Duration::from_millis(millis)), text);
        }
    }

    #[test]
    fn estimated_times_are_rounded() {
        for (seconds, text) in [(0, "1 s"), (89, "89 s"), (700, "12 min"), (12_000, "3 h 20 min")] {
            assert_eq!(format_estimated(Duration::from_secs(seconds)), text);
        }
    }
}
