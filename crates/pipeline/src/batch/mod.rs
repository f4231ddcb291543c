//! Runs one batch, from its settings to its result files.
//!
//! ```text
//! JobSpec, InputList ──start_job──> journal: Submitted, ItemsAdded, LinesRejected, InputClosed ─┐
//! stopped job ──resume_job──> journal: Resumed ──────────────────────────────────────> StartedJob ──run──> items done
//! projection, item details ──report──> result files ──> the event that ends the job
//! ```

mod error;
mod finish;
mod limit;
mod output;
mod redraft;
mod review;
mod run;
mod start;
mod stop;
mod upload_retry;

pub use error::BatchError;
pub(crate) use finish::CANCELLED_REASON;
pub(crate) use finish::cancel_job;
pub use output::{OutputFiles, prepare_output_folder};
pub use redraft::requeue_drafted;
pub use review::{find_repeated_edits, list_review_cases, record_decisions};
pub(crate) use run::run_job;
pub use run::run_started_job;
pub(crate) use start::{ITEMS_PER_EVENT, resume_paused_items};
pub use start::{StartedJob, resume_job, start_job, start_scan_job};
pub use stop::{StopReason, StopSignal, unless_stopped};
pub use upload_retry::retry_uploads;
pub(crate) use upload_retry::rewrite_output_files;
