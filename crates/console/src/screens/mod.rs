//! The screens: each one's state, keys and drawing in a file of its own.

mod acted;
mod address;
mod beside;
mod browse;
mod columns;
mod confirm;
mod export;
mod filter;
mod help;
mod item;
mod jobs;
mod log;
mod marks;
mod offers;
mod parts;
mod past;
mod picture;
mod review;
mod review_card;
mod scan;
mod start;
mod watch;

pub(crate) use acted::NotAll;
pub use address::Address;
pub use browse::Browse;
pub use columns::ColumnChoice;
pub use confirm::Confirm;
pub use help::Help;
pub use item::Item;
pub use jobs::Jobs;
pub use log::Log;
pub use picture::Picture;
pub use review::Review;
pub use scan::Scan;
pub use start::Start;
pub use watch::Watch;
