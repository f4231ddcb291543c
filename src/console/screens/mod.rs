//! The screens: each one's state, keys and drawing in a file of its own.

mod browse;
mod confirm;
mod filter;
mod help;
mod item;
mod jobs;
mod log;
mod parts;
mod scan;
mod start;
mod watch;

pub use browse::Browse;
pub use confirm::Confirm;
pub use help::Help;
pub use item::Item;
pub use jobs::Jobs;
pub use log::Log;
pub use scan::Scan;
pub use start::Start;
pub use watch::Watch;
