//! Text of others (upstreams, files, users): made safe, cut for listings, fitted to the columns of a terminal.

pub mod display;
pub mod duration;
pub mod sanitize;
mod script;
pub mod terminal;

pub use script::is_latin;
