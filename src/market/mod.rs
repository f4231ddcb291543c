//! Where drafts go.
//!
//! ```text
//! Listing ──> csv        a row in the ledger; close() writes them to a file that Seller Hub takes as drafts
//!         └─> rehearsal  test mode: nothing
//! ```

pub mod contract;
pub mod csv;
pub mod rehearsal;

use std::path::PathBuf;
use std::sync::Arc;

use crate::domain::batch::JobId;
use crate::journal::Journal;

pub use contract::{Handed, Market, MarketError};
pub use csv::DraftsFile;
pub use rehearsal::Rehearsal;

/// One market, as settings and the command line name it.
pub struct Registration {
    /// The sink's name.
    pub name: &'static str,
    /// What a draft is there, in a few words.
    pub about: &'static str,
    /// Opens it for one job.
    pub open: fn(Opening) -> Arc<dyn Market>,
}

/// What a market may need to be opened.
pub struct Opening {
    /// Holds the ledger, by which one item stays one draft over all jobs.
    pub journal: Journal,
    pub job: JobId,
    /// The folder for files.
    pub output: PathBuf,
}

/// All markets.
pub static ALL: &[Registration] = &[
    Registration {
        name: DraftsFile::SINK,
        about: "a file for Seller Hub > Reports > Uploads, which makes drafts of its rows",
        open: |opening| Arc::new(DraftsFile::new(opening.journal, opening.job, opening.output)),
    },
    Registration {
        name: Rehearsal::SINK,
        about: "nowhere: everything is made ready and nothing is written",
        open: |_| Arc::new(Rehearsal),
    },
];
