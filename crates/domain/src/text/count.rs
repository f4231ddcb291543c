//! Counts and sizes in words, in one form everywhere.

use std::fmt::Display;

/// Formats a count with its noun: `1 item`, `12 items`.
pub fn format_count<N: Copy + Display + PartialEq + From<u8>>(count: N, one: &str, several: &str) -> String {
    let noun = if count == N::from(1) { one } else { several };
    format!("{count} {noun}")
}

/// Formats a size such as `48.2 KB`, in decimal units like file managers, and rounded down.
pub fn format_size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KB", "MB", "GB", "TB"];
    let (mut whole, mut tenths, mut unit) = (bytes, 0, 0);
    while whole >= 1_000 && unit + 1 < UNITS.len() {
        (whole, tenths) = (whole / 1_000, whole % 1_000 / 100);
        unit += 1;
    }
    if unit == 0 { format!("{whole} B") } else { format!("{whole}.{tenths} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        for (count, text) in [(0, "0 entries"), (1, "1 entry"), (2, "2 entries")] {
            assert_eq!(format_count::<u64>(count, "entry", "entries"), text);
        }
        assert_eq!(format_count([()].len(), "entry", "entries"), "1 entry");
    }
}
