//! The HTTP service in front of the job queue. It accepts requests for batches, scans, reviews and photos, and serves
//! jobs, items, events and results.
//!
//! ```text
//! serve ── auth (Host, Origin, token) ── routes ─┬─ create_job, job_actions, item_actions, scans, review ──> queue
//!                                                ├─ jobs, items, results, events <── journal
//!                                                └─ monitoring (health, metrics, upstreams), openapi
//! ```

mod api_token;
mod auth;
mod body_receiver;
mod container_host;
mod create_job;
pub mod diagnostics;
mod error;
mod events;
mod extract;
mod forward;
mod health;
mod health_checks;
mod idempotency;
mod item_actions;
mod items;
mod job_actions;
mod jobs;
mod json_body;
mod metrics;
mod monitoring;
mod openapi;
mod outage;
mod owner_request;
mod photo_form;
mod photos;
mod plan;
mod rejection;
mod results;
mod review;
mod routes;
mod scans;
mod serve;
mod settings;
mod state;
#[cfg(test)]
mod submissions;
mod upload_list;
mod upload_store;
mod worker_health;

pub use api_token::{ApiToken, ensure_api_token, read_api_token};
pub use health_checks::check_folders;
pub use serve::{BoundServer, ServerError, run_without_server, serve_forwarded_calls};
pub use settings::{ServiceRole, Settings};
pub use state::{AppState, DefaultSpecFn};
pub use upload_store::{RestoreUploadsError, UploadLimits, restore_uploads};
