//! The screens: each one's state, keys and drawing in a file of its own.

mod browse;
mod columns;
mod confirm;
mod filter;
mod help;
mod item;
mod jobs;
mod log;
mod parts;
mod review;
mod review_card;
mod start;
mod watch;

pub use browse::Browse;
pub use columns::ColumnChoice;
pub use confirm::Confirm;
pub use help::Help;
pub use item::Item;
pub use jobs::Jobs;
pub use log::Log;
pub use review::Review;
pub use start::Start;
pub use watch::Watch;
