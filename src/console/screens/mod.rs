//! The screens: each one's state, keys and drawing in a file of its own.

mod beside;
mod browse;
mod confirm;
mod filter;
mod help;
mod item;
mod jobs;
mod log;
mod parts;
mod picture;
mod start;
mod watch;

pub use browse::Browse;
pub use confirm::Confirm;
pub use help::Help;
pub use item::Item;
pub use jobs::Jobs;
pub use log::Log;
pub use picture::Picture;
pub use start::Start;
pub use watch::Watch;
