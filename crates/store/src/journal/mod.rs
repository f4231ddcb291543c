//! Append-only event store. Events are durable before they are acknowledged; job state is a projection of the events.
//!
//! ```text
//! append(event) ──> writer: may it follow? ── commit (many events, one fsync) ── projection.apply ── head
//!                                                  │                                                  │
//!                                               events ──────────────── follow: rows after seq, else wait
//!                                                  └── replay ──> JobProjection (a job), ItemDetails (an item)
//! ```
//!
//! Projections of large jobs are saved when the work on them ends (`boards/`), so that a replay is short.
//!
//! An acknowledged append is on the disk: `kill -9` loses nothing that was acknowledged. One process owns a data
//! directory (`owner.lock`); others can read it.
//!
//! # Interface
//!
//! [`Journal`] has its methods in three files: `journal.rs` opens, closes and writes; `read.rs` reads; `standby.rs` waits
//! until this process can take the store over. Their types are in
//! `model.rs` and name no database. Statements that both databases execute are in the `_statements.rs` files; `database/`
//! (SQLite) and `postgres/` have the others, and `storage.rs` chooses.
//!
//! # What an implementation must guarantee
//!
//! Each database, and the tests in `tests/it/journal` run on both:
//!
//! - **Durability.** When a write returns, it survives the end of the process and a loss of power.
//! - **Atomicity.** The events of one append, and a new job with its first events, are written all or none.
//! - **Order.** Positions ([`domain::event::Seq`]) become visible in ascending order: a reader that has seen `n` never
//!   finds a position below `n` later. Subscribers rely on it. (A PostgreSQL sequence does not ensure it: a later number can be
//!   committed first.)
//! - **Validation.** An event is checked against the state after all events before it, also those of the same transaction.
//!   Exactly one of two events that exclude each other is accepted.
//! - **Visibility.** When an append returns, the projection holds it. The head changes only after that.
//! - **Exclusive work.** One process works in a store at a time, and its lock ends with the process. A process that lost
//!   the lock writes nothing.
//! - **Claims.** Of any number of claims of one seller, sink and SKU, exactly one is [`ClaimResult::Acquired`].
//! - **Idempotency.** Of any number of submissions under one key, exactly one creates a job.
//! - **Isolation of failures.** A command that is rejected or that meets an unreadable row does not fail other commands. A
//!   lock that another program holds for a while is waited for.

mod check;
mod codec;
mod contents;
mod data_dir_lock;
mod database;
mod error;
mod event_json;
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
mod standby;
mod storage;
mod store_table;
mod subscription;
mod transfer;
mod write_faults;
mod write_statements;
mod writer;

pub use check::{JournalCheck, JournalProblem, check_journal};
pub use contents::{read_database_bytes, read_journal_contents};
pub use error::{DecodeFailure, JournalError, JournalRow};
pub use journal::{Journal, PendingAppend};
pub use model::{
    Claim, ClaimResult, DetailLevel, ExistingDraft, IdempotentRequest, JobStatus, JobSubmission, JournalContents,
    JournalOptions, LedgerEntry, RawEvent, SellerAccount, SharedProjection, SinkConflict,
};
pub(crate) use postgres::TablePool;
pub use repair::{JournalRepair, RepairReport, repair_journal};
pub use transfer::{MovedLists, MovedStore, move_store};
pub use write_faults::WriteFaults;
