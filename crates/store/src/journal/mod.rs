//! What happened, written down before anything follows from it: the queue, the memory and the news of the program.
//!
//! ```text
//! append(fact) ──> writer: may it follow? ── commit (many facts, one fsync) ── board.apply ── bell
//!                                                  │                                           │
//!                                               events ────────────────────────── follow: rows after seq, else wait
//!                                                  └── replay ──> Board (a job)   fold ──> Dossier (one item)
//! ```
//!
//! The boards of large jobs are saved when the work on them ends (`boards/`), so that a replay is short.
//!
//! An answered `append` is on the disk: `kill -9` loses nothing that was acknowledged. One process owns a data
//! directory (`owner.lock`); others may read. All SQL is in `store`, since PostgreSQL will be the second store.

mod append;
mod data_dir_lock;
mod decisions;
mod error;
mod item_details;
mod ledger;
mod open;
mod pending;
mod projections;
mod seller_account;
mod snapshot;
mod snapshot_writer;
mod store;
mod submission;
mod subscription;
mod writer;

pub use error::JournalError;
pub use ledger::{Claim, ClaimResult, ExistingDraft, LedgerEntry, SinkConflict};
pub use open::Journal;
pub use projections::{JobStatus, SharedProjection};
pub use seller_account::SellerAccount;
pub use store::{RawEvent, RawEventDetail};
pub use submission::{IdempotentRequest, JobSubmission};
