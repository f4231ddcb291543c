//! Counts in words, in one form everywhere.

use std::fmt::Display;

/// Formats a count with its noun: `1 item`, `12 items`.
pub fn format_count<N: Copy + Display + PartialEq + From<u8>>(count: N, one: &str, several: &str) -> String {
    let noun = if count == N::from(1) { one } else { several };
    format!("{count} {noun}")
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
