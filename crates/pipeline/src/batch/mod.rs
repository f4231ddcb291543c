//! One batch from its order to its result files.
//!
//! ```text
//! Order, List ──begin──> journal: Ordered, Taken, Refused, ListRead ─┐
//! a job of before ──take_up──> journal: Resumed ─────────────────────┴─> Begun ──work──> end states
//! board, dossiers ──report──> result files ──> the fact that ends the job
//! ```

mod error;
mod finish;
mod list_input;
mod output;
mod review;
mod run;
mod sink;
mod start;
mod stop;

pub use error::BatchError;
pub use finish::cancel_job;
pub use output::{OutputFiles, prepare_output_folder};
pub use review::{list_review_cases, record_decisions};
pub use run::{run_job, run_started_job};
pub use start::{StartedJob, resume_job, start_job, start_scan_job};
pub use stop::{StopReason, StopSignal, unless_stopped};
