//! The HTTP API over the queue: orders and wishes in, jobs, items, events and results out.
//!
//! ```text
//! listen ── guard (Host, token) ── routes ─┬─ batch, wishes ──> queue
//!                                          ├─ jobs, items, reports <── journal
//!                                          ├─ events <── pages (read once for all readers)
//!                                          └─ health, metrics, openapi, docs
//! ```

mod acts;
mod asked;
mod batch;
mod body;
mod checks;
mod docs;
mod events;
mod front;
mod gateway;
mod guard;
mod health;
mod items;
mod job;
mod jobs;
mod key;
mod listen;
mod metrics;
mod openapi;
mod pages;
mod plan;
mod problem;
mod reports;
mod review;
mod routes;
mod scans;
mod settings;
mod upstreams;
mod wishes;

pub use front::{Front, Standards};
pub use listen::{Listening, ServerError};
pub use settings::{NeedsToken, Settings};
