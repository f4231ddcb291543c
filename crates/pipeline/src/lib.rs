//! Turns barcodes into drafts: the job queue, the runs of jobs, the steps of items, and the gateway to the providers.
//!
//! ```text
//! list_preview      the content of a list, before a batch is started with it
//! queue             the jobs of a service: waiting, running, paused, and resumed after a restart
//! batch             one job, from its settings to its result files
//!   └ job_runner      the job's items, in batches; scan_runner: the items of an open scan session
//!       └ item_pipeline, item_steps   one item: identify, price and cover, compose, submit; each step is recorded in the journal
//!           └ provider_gateway   groups requests and caches responses
//! ```

pub mod app_context;
pub mod batch;
mod catalog_coverage;
mod copy_assignment;
mod covers;
pub mod credential_check;
mod deferred_items;
mod earlier_decision;
mod existing_draft;
pub mod folder_watch;
mod identify;
mod item_error;
mod item_photos;
mod item_pipeline;
mod item_prices;
mod item_search;
mod item_steps;
mod job_runner;
mod link_batcher;
pub mod list_preview;
mod lookup;
mod lot_edits;
mod lots;
pub mod needed_request;
mod outage_retry;
mod price_lookup;
mod provider_gateway;
mod quantity;
pub mod queue;
mod remote_diff;
mod request_forecast;
pub mod result_storage;
mod result_upload;
pub mod retention;
mod scan_runner;
pub mod scan_sessions;
mod search_batcher;
mod settle_lots;
mod submit_drafts;
mod text_search;
mod unconfirmed_steps;
mod withdraw_drafts;

pub use covers::FoundCover;
pub use existing_draft::{DraftsElsewhere, find_drafts_elsewhere};
pub use item_photos::{ArrangePhotosError, ItemPhotos};
pub use item_pipeline::{ItemPipeline, Policies};
pub use item_search::{ItemSearchError, search_for_item};
pub use job_runner::{JobRunner, RunEnd};
pub use lookup::{LookupReport, NoProviderReached, lookup_upc};
pub use provider_gateway::ProviderGateway;
pub use remote_diff::{CompareError, ListingPreview, compare_drafts, preview_listing};
