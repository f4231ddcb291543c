//! External text (from upstreams, files, users): sanitized, cut for listings, and fitted to terminal columns.

pub mod count;
pub mod display;
pub mod duration;
pub mod error_message;
pub mod sanitize;
mod script;
pub mod terminal;
pub mod time;

pub use script::is_latin;

/// The byte order mark that programs put at the beginning of a UTF-8 text.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";
