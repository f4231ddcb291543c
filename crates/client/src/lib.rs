//! Joining a service that runs on this machine, instead of failing because it owns the data directory.
//!
//! ```text
//! data directory ──Beacon──> Service ── orders, wishes ──> HTTP API
//!                                    └─ events ──> server-sent events, taken up again where they broke off ──> Event
//! ```
//!
//! Whoever joins folds the same events into the same board, so he sees what the service sees.

mod acts;
mod decide;
mod error;
mod events;
mod link;
mod plan;
mod scans;
mod watch;

pub use error::JoinError;
pub use link::{Service, Wanted};
pub use plan::Planned;
pub use scans::TakenBack;
pub use watch::Watched;
