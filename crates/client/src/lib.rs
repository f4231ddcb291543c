//! Client for a running service. If a service owns the data folder, commands and the console use this client
//! instead of failing.
//!
//! ```text
//! data folder ── service.json ──> ServiceClient ─┬─ requests ──> HTTP API
//!                                                   └─ events <── server-sent events, resumed after a lost connection
//! ```
//!
//! A [`RemoteJob`] applies the events to a local projection, which thus shows the same state as the service.

mod client;
mod error;
mod events;
mod remote_job;

pub use client::{NamedList, ServiceClient};
pub use error::ClientError;
pub use remote_job::RemoteJob;
