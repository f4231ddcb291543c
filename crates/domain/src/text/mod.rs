//! External text (from upstreams, files, users): sanitized, cut for listings, and fitted to terminal columns.

pub mod display;
pub mod duration;
pub mod sanitize;
mod script;
pub mod terminal;

pub use script::is_latin;
