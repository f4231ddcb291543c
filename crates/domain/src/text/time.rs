//! Formats times for messages.

use jiff::Timestamp;

/// Formats a time to the minute, such as `2024-03-18 14:30 UTC`.
pub fn format_minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
