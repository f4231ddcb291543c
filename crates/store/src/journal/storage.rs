//! The interface between the journal and its databases: what each of them must be able to do, with one line for each
//! function. What an implementation must guarantee is written in `mod.rs`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use super::database::{ReadPool, WriteConnection};
use super::error::JournalError;
use super::model::{
    Claim, ClaimResult, DetailLevel, ExistingDraft, IdempotentRequest, JournalContents, JournalOptions, LedgerEntry,
    RawEvent, SellerAccount,
};
use super::postgres::{PostgresReader, PostgresWriter};
use crate::location::StoreLocation;
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::{InputItem, JobId};
use domain::sku::Sku;
use domain::upc::Upc;

/// Declares functions that each database implements under the same name.
macro_rules! in_each_database {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $argument:ident: $type:ty)*) -> $output:ty;)*) => {
        $($(#[$doc])* pub(super) async fn $name(&self $(, $argument: $type)*) -> $output {
            match self {
                Self::Sqlite(database) => database.$name($($argument),*).await,
                Self::Postgres(database) => database.$name($($argument),*).await,
            }
        })*
    };
    ($($(#[$doc:meta])* fn $name:ident(&mut self $(, $argument:ident: $type:ty)*) -> $output:ty;)*) => {
        $($(#[$doc])* pub(super) async fn $name(&mut self $(, $argument: $type)*) -> $output {
            match self {
                Self::Sqlite(database) => database.$name($($argument),*).await,
                Self::Postgres(database) => database.$name($($argument),*).await,
            }
        })*
    };
}

/// The connections that read. Clones share them.
#[derive(Clone)]
pub(super) enum StorageReader {
    Sqlite(ReadPool),
    Postgres(PostgresReader),
}

/// The connection that writes: it begins a transaction with its first write.
pub(super) enum StorageWriter {
    Sqlite(WriteConnection),
    Postgres(Box<PostgresWriter>),
}

impl StorageReader {
    /// Opens a store for reading. If there is none yet, an empty one is read.
    pub(super) async fn open(location: &StoreLocation) -> Result<Self, JournalError> {
        Ok(match location.database() {
            None => Self::Sqlite(ReadPool::open(location.data_dir()).await?),
            Some(database) => Self::Postgres(PostgresReader::open(database).await?),
        })
    }

    /// Describes the store for an error: the path of the file, or the URL of the database.
    pub(super) fn description(&self) -> String {
        match self {
            Self::Sqlite(reader) => reader.path().display().to_string(),
            Self::Postgres(reader) => reader.database().to_string(),
        }
    }

    in_each_database! {
        fn newest_seq(&self) -> Result<Seq, JournalError>;
        fn contents(&self) -> Result<JournalContents, JournalError>;
        /// All jobs, the newest first.
        fn job_ids(&self) -> Result<Vec<JobId>, JournalError>;
        /// All jobs, the newest first, each with the last event that decides its state.
        fn last_state_events(&self) -> Result<Vec<(JobId, Option<JobEvent>)>, JournalError>;
        fn last_seq_for_job(&self, job: &JobId) -> Result<Option<Seq>, JournalError>;
        /// The job of an idempotency key, and the fingerprint of its request.
        fn find_idempotent_request(&self, key: &str) -> Result<Option<(JobId, String)>, JournalError>;
        /// Events after a position, the oldest first; of one job or of all.
        fn read_events(
            &self, job: Option<&JobId>, detail: DetailLevel, after: Seq, limit: usize
        ) -> Result<Vec<EventEnvelope>, JournalError>;
        /// The same events as their JSON.
        fn read_raw_events(
            &self, job: Option<&JobId>, detail: DetailLevel, after: Seq, limit: usize
        ) -> Result<Vec<RawEvent>, JournalError>;
        fn event_seqs(&self, job: &JobId, after: Seq) -> Result<Vec<Seq>, JournalError>;
        /// Those of the items that the list has, in the order of the list.
        fn input_items(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<InputItem>, JournalError>;
        /// All events of the items, the oldest first.
        fn item_events(&self, job: &JobId, upcs: &[Upc]) -> Result<Vec<EventEnvelope>, JournalError>;
        /// The `decided` events of the UPCs in all jobs, the oldest first.
        fn read_decisions(&self, upcs: &[Upc]) -> Result<Vec<EventEnvelope>, JournalError>;
        /// How many items ended in each status after a position, and the position up to which that is counted.
        fn count_outcomes_since(&self, after: Seq) -> Result<(Seq, Vec<(String, u64)>), JournalError>;
        /// The sink that has a draft of the SKU.
        fn find_sink(&self, seller: &SellerAccount, sku: &Sku) -> Result<Option<String>, JournalError>;
        /// The account with this name.
        fn find_account(&self, environment_id: &str, name: &str) -> Result<Option<u64>, JournalError>;
        /// Those of the SKUs that have a draft in any sink.
        fn existing_drafts(
            &self, seller: &SellerAccount, skus: &[Sku]
        ) -> Result<Vec<ExistingDraft>, JournalError>;
        /// The entries of an item in one sink, of all its copies, in the order of their claims.
        fn entries_for_upc(
            &self, seller: &SellerAccount, sink: &str, upc: Upc
        ) -> Result<Vec<LedgerEntry>, JournalError>;
        /// The entries of a job in one sink after a number.
        fn entries_page(
            &self, seller: &SellerAccount, sink: &str, job: &JobId, after: u64, limit: usize
        ) -> Result<Vec<LedgerEntry>, JournalError>;
    }
}

impl StorageWriter {
    /// Opens a store for writing and brings its schema up to date.
    pub(super) async fn open(
        location: &StoreLocation,
        options: &JournalOptions,
        is_closing: Arc<AtomicBool>,
    ) -> Result<Self, JournalError> {
        Ok(match location.database() {
            None => Self::Sqlite(WriteConnection::open(location.data_dir(), options, is_closing).await?),
            Some(database) => Self::Postgres(Box::new(PostgresWriter::open(database, options, is_closing).await?)),
        })
    }

    /// Returns a receiver that becomes true once another process owns the store; `None` if that cannot happen.
    pub(super) fn loss(&self) -> Option<watch::Receiver<bool>> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(writer) => Some(writer.loss()),
        }
    }

    /// Rolls the transaction back.
    pub(super) async fn roll_back(&mut self) {
        match self {
            Self::Sqlite(writer) => writer.roll_back().await,
            Self::Postgres(writer) => writer.roll_back().await,
        }
    }

    /// Closes the connection.
    pub(super) async fn close(self) {
        match self {
            Self::Sqlite(writer) => writer.close().await,
            Self::Postgres(writer) => writer.close().await,
        }
    }

    in_each_database! {
        /// Ends the transaction. The positions of its events count from the returned one.
        fn commit(&mut self) -> Result<Seq, JournalError>;
        /// Inserts a job under the first free name for the second of `at`.
        fn insert_job(&mut self, at: Timestamp) -> Result<JobId, JournalError>;
        /// Inserts an event and returns it. Its position counts from the one that the commit returns.
        fn insert_event(
            &mut self, job: &JobId, at: Timestamp, event: JobEvent
        ) -> Result<EventEnvelope, JournalError>;
        fn insert_idempotent_request(
            &mut self, request: &IdempotentRequest, job: &JobId
        ) -> Result<(), JournalError>;
        /// The job of an idempotency key, also one of this transaction, and the fingerprint of its request.
        fn find_idempotent_request(&mut self, key: &str) -> Result<Option<(JobId, String)>, JournalError>;
        fn check_writable(&mut self) -> Result<(), JournalError>;
        /// Inserts items of the list, from a position on.
        fn insert_items(
            &mut self, job: &JobId, first_position: u64, items: &[InputItem]
        ) -> Result<(), JournalError>;
        /// Deletes a job, except its entries of the ledger and its idempotency key, and records that it is gone.
        fn delete_job(&mut self, job: &JobId, at: Timestamp) -> Result<bool, JournalError>;
        /// Updates the item of a scan or of a retracted scan.
        fn update_scanned_item(&mut self, job: &JobId, event: &JobEvent) -> Result<(), JournalError>;
        fn claim_entry(&mut self, claim: &Claim) -> Result<ClaimResult, JournalError>;
        fn update_entries(
            &mut self, seller: &SellerAccount, sink: &str, entries: &[(Sku, Value)]
        ) -> Result<(), JournalError>;
        /// Deletes the entries of a SKU in all sinks, and returns whether there was one.
        fn delete_entry(&mut self, seller: &SellerAccount, sku: &Sku) -> Result<bool, JournalError>;
        /// The account that any of the names belongs to, or a new one.
        fn resolve_account(&mut self, environment_id: &str, names: &[String]) -> Result<u64, JournalError>;
    }
}
