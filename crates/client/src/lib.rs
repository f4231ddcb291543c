//! Joining a service that runs on this machine, instead of failing because it owns the data directory.
//!
//! ```text
//! data directory ──Beacon──> Service ── orders, wishes ──> HTTP API
//!                                    └─ events ──> server-sent events, taken up again where they broke off ──> Event
//! ```
//!
//! Whoever joins folds the same events into the same board, so he sees what the service sees.

mod api_client;
mod decisions;
mod error;
mod events;
mod item_actions;
mod plan;
mod remote_job;
mod scans;

pub use api_client::{ClientCreateJobRequest, ServiceClient};
pub use error::ClientError;
pub use plan::ClientPlanResponse;
pub use remote_job::RemoteJob;
pub use scans::ClientDeleteScanResponse;
