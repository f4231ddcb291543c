//! One batch from its order to its result files.
//!
//! ```text
//! Order, List ──begin──> journal: Ordered, Taken, Refused, ListRead ─┐
//! a job of before ──take_up──> journal: Resumed ─────────────────────┴─> Begun ──work──> end states
//! board, dossiers ──report──> result files ──> the fact that ends the job
//! ```

mod begin;
mod decide;
mod end;
mod error;
mod files;
mod list;
mod market;
mod stop;
mod work;

pub use begin::{Begun, begin, begin_scans, take_up};
pub use decide::{decide, waiting};
pub use end::give_up;
pub use error::BatchError;
pub use files::{Files, output_folder};
pub use stop::{Stop, Wish, unless_stopped};
pub use work::{run, work};
