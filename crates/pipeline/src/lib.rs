//! The way of a barcode, for one and for a hundred thousand.
//!
//! ```text
//! survey    what a list holds, before anything is done
//! queue     the jobs of a process that serves: wait, run, pause, go on after a restart
//! batch     one job from its order to its result files; works: what all jobs of a process share
//!   └ workers   its items, a tray at a time, into slots; stop and resume
//!       └ steps     one item: identify, appraise and illustrate, compose, hand over; each step a fact in the journal
//!           └ gather    many items' questions become few requests; what was answered is never asked again
//! ```

pub mod app_context;
pub mod batch;
mod cached_response;
mod covers;
mod hold;
pub mod identify;
pub mod item_pipeline;
pub mod job_runner;
pub mod list_preview;
mod listing_preview;
pub mod lookup;
mod outage_retry;
pub mod provider_gateway;
mod quantity;
pub mod queue;
mod remote_diff;
mod scan_runner;
pub mod scan_sessions;
pub mod search_batcher;
mod upstream_status;

pub use item_pipeline::{ItemPipeline, Policies};
pub use job_runner::{JobRunner, RunEnd};
pub use listing_preview::{ListingPreview, preview_listing};
pub use lookup::{LookupReport, lookup_upc};
pub use provider_gateway::ProviderGateway;
pub use remote_diff::{CompareError, compare_drafts};
