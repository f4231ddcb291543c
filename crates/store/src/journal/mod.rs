//! Append-only event store. Events are durable before they are acknowledged; job state is a projection of the events.
//!
//! ```text
//! append(event) ──> writer: validate ── commit (many events, one fsync) ── projection.apply ── head
//!                                                  │                                                  │
//!                                               events ─────────────── follow: rows after seq, else wait
//!                                                  └── replay ──> JobProjection (a job), ItemDetails (an item)
//! ```
//!
//! Projections of large jobs are saved in `boards/` when the work on a job ends, to shorten later replays.
//!
//! An acknowledged append is on disk and survives `kill -9`. One process owns a data folder (`owner.lock`); other
//! processes can read it.
//!
//! # Interface
//!
//! The methods of [`Journal`] are in three files: `journal.rs` opens, closes and writes; `read.rs` reads; `standby.rs`
//! waits until this process can take over the store. Their types are in `model.rs` and do not depend on a database.
//! Statements that both databases execute are in the `_statements.rs` files, all others in `sqlite/` (SQLite) and
//! `postgres/`. `storage.rs` chooses between the two.
//!
//! # What an implementation must guarantee
//!
//! These guarantees hold for each database, and the tests in `tests/it/journal` check both:
//!
//! - **Durability.** When a write returns, it survives the end of the process and a loss of power.
//! - **Atomicity.** The events of one append, and a new job with its first events, are written all or none.
//! - **Order.** Positions ([`domain::event::Seq`]) become visible in ascending order: a reader that has seen `n` never
//!   finds a position below `n` later. Subscribers rely on this order. A PostgreSQL sequence does not ensure it, because a
//!   later number can be committed first.
//! - **Validation.** An event is checked against the state after all earlier events, including those of the same
//!   transaction. Of two events that exclude each other, exactly one is accepted.
//! - **Visibility.** When an append returns, the projection includes it. The head advances only after that.
//! - **Single owner.** One process works in a store at a time, and its lock ends with the process. A process that has
//!   lost the lock writes nothing.
//! - **Claims.** Of any number of claims of one seller, sink and SKU, exactly one is [`ClaimResult::Acquired`].
//! - **Idempotency.** Of any number of submissions under one key, exactly one creates a job.
//! - **Isolation of failures.** A rejected command, or a command that meets an unreadable row, does not fail other
//!   commands. The writer waits for a temporary lock of another program.

mod check;
mod codec;
mod contents;
mod data_dir_lock;
mod error;
mod event_json;
mod history;
mod history_statements;
mod input_list;
#[expect(clippy::module_inception, reason = "the file of the type that this module is for")]
mod journal;
mod ledger_statements;
mod model;
mod pending;
mod postgres;
mod projection_cache;
mod read;
mod read_statements;
mod repair;
mod replay;
mod snapshot;
mod snapshot_writer;
mod sqlite;
mod standby;
mod storage;
mod store_table;
mod subscription;
mod transfer;
mod write_faults;
mod write_outcome;
mod write_statements;
mod writer;

pub use check::{JournalCheck, JournalProblem, check_journal};
pub use contents::{read_database_bytes, read_journal_contents};
pub use data_dir_lock::DataDirLock;
pub use error::{DecodeFailure, JournalError, JournalRow};
pub use history::JobHistory;
pub use journal::Journal;
pub use model::{
    Claim, ClaimResult, DetailLevel, EarlierSubmission, ExistingDraft, IdempotentRequest, JobStatus, JobSubmission,
    JournalContents, JournalOptions, LedgerEntry, RawEvent, SellerAccount, SharedProjection, SinkConflict,
};
pub(crate) use postgres::TablePool;
pub use repair::{JournalRepair, RepairReport, repair_journal};
pub use transfer::{CopiedStore, MovedLists, copy_store};
pub use write_faults::WriteFaults;
pub use writer::PendingAppend;
