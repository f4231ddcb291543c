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
mod boards;
mod decisions;
mod dossiers;
mod error;
mod follow;
mod ledger;
mod open;
mod order;
mod owner;
mod saved;
mod saving;
mod seller;
mod staged;
mod store;
mod writer;

pub use boards::{SharedBoard, Standing};
pub use error::JournalError;
pub use ledger::{Claim, Claimed, Drafted, OtherRoute, Row};
pub use open::Journal;
pub use order::{Ordered, Request};
pub use seller::Seller;
pub use store::{Told, View};
