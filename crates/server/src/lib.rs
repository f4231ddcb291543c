//! The HTTP API over the queue: orders and wishes in, jobs, items, events and results out.
//!
//! ```text
//! listen ── guard (Host, token) ── routes ─┬─ batch, wishes ──> queue
//!                                          ├─ jobs, items, reports <── journal
//!                                          ├─ events <── pages (read once for all readers)
//!                                          └─ health, metrics, openapi, docs
//! ```

mod auth;
mod container_host;
mod create_job;
mod docs;
mod error;
mod event_cache;
mod events;
mod extract;
mod health;
mod health_checks;
mod idempotency;
mod item_actions;
mod items;
mod job_actions;
mod job_response;
mod jobs;
mod json_body;
mod metrics;
mod openapi;
mod plan;
mod results;
mod review;
mod routes;
mod scans;
mod serve;
mod settings;
mod state;
mod upstreams;

pub use serve::{BoundServer, ServerError};
pub use settings::{Settings, TokenRequiredError};
pub use state::{AppState, DefaultSpecFn};
