//! The connection that writes to PostgreSQL, one transaction at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, query, query_scalar, raw_sql};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::super::codec::{to_json, to_sql_integer};
use super::super::error::JournalError;
use super::super::model::JournalOptions;
use super::super::write_faults::WriteFaults;
use super::connection::{classify_error, connect, is_connection_lost, migrate, within_time_limit};
use super::owner::{self, Ownership};
use super::stored_event::EventColumns;
use crate::location::DatabaseUrl;
use crate::statement::{Argument, Statement, StoreRow};
use domain::event::{EventEnvelope, JobEvent, Seq};
use domain::job_spec::{InputItem, JobId};
use retry::RetryPolicy;

/// Pause between two attempts to reconnect.
const RECONNECT_INTERVAL: Duration = Duration::from_millis(500);

/// Marks the transaction as this owner's last one. Changes no row if another process has become the owner.
const MARK_TRANSACTION_SQL: &str = "UPDATE owner SET last_transaction = $2 WHERE epoch = $1";

/// Marks the transaction like [`MARK_TRANSACTION_SQL`], assigns positions and inserts the events. Returns no row and changes
/// nothing if another process has become the owner. It must be the last statement of a transaction, because other
/// transactions wait for the row of `head` until the commit.
const APPEND_EVENTS_SQL: &str = "
    WITH marked AS (UPDATE owner SET last_transaction = $2 WHERE epoch = $1 RETURNING epoch),
    positions AS (UPDATE head SET seq = seq + $3 FROM marked RETURNING seq - $3 AS base),
    written AS (
        INSERT INTO events (seq, at, job, upc, outline, kind, status, decided, fact, row_fact)
        SELECT base + n, at, job, upc, outline, kind, status, decided, fact, row_fact
        FROM positions, unnest($4::text[], $5::text[], $6::text[], $7::boolean[], $8::text[], $9::text[],
            $10::boolean[], $11::text[], $12::text[]) WITH ORDINALITY
            AS new (at, job, upc, outline, kind, status, decided, fact, row_fact, n)
    )
    SELECT base FROM positions";

const INSERT_ITEMS_SQL: &str = "
    INSERT INTO items (job, place, upc, listed)
    SELECT $1, $2 + n - 1, upc, listed FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS new (upc, listed, n)";

/// The connection that writes. The first statement begins a transaction. The connection holds the lock that makes this
/// process the owner. Events are inserted at the end of the transaction; without other statements, one round trip does it all.
pub(in crate::journal) struct PostgresWriter {
    database: DatabaseUrl,
    ownership: Ownership,
    /// `None` if the connection was lost.
    connection: Option<PgConnection>,
    is_in_transaction: bool,
    /// Number of the current transaction. It tells whether the transaction was committed if the response to the commit
    /// is lost.
    transaction: i64,
    /// Events of the transaction; they get their positions when it ends.
    events: EventColumns,
    faults: Option<WriteFaults>,
    /// Task that extends the lease; aborted on drop.
    lease: AbortHandle,
    /// Becomes true when another process has become the owner.
    is_lost: watch::Receiver<bool>,
    /// Set when the journal closes: the connection then no longer waits for an unreachable database.
    is_closing: Arc<AtomicBool>,
}

impl Drop for PostgresWriter {
    fn drop(&mut self) {
        self.lease.abort();
    }
}

impl PostgresWriter {
    /// Connects, migrates the schema and acquires ownership.
    pub(in crate::journal) async fn open(
        database: &DatabaseUrl,
        options: &JournalOptions,
        is_closing: Arc<AtomicBool>,
    ) -> Result<Self, JournalError> {
        let mut connection = connect(database).await?;
        migrate(database, &mut connection).await?;
        let ownership = Ownership::acquire(database, &mut connection).await?;
        let (lost, is_lost) = watch::channel(false);
        let lease = tokio::spawn(owner::extend_lease(database.clone(), ownership, lost)).abort_handle();
        Ok(Self {
            database: database.clone(),
            ownership,
            connection: Some(connection),
            is_in_transaction: false,
            transaction: 0,
            events: EventColumns::default(),
            faults: options.faults.clone(),
            lease,
            is_lost,
            is_closing,
        })
    }

    /// Returns a receiver that becomes true when another process has become the owner.
    pub(in crate::journal) fn ownership_lost(&self) -> watch::Receiver<bool> {
        self.is_lost.clone()
    }

    /// Returns the open connection.
    ///
    /// # Errors
    /// Returns [`JournalError::DatabaseUnreachable`] if the connection was lost during this transaction.
    fn connection(&mut self) -> Result<&mut PgConnection, JournalError> {
        let Self { connection, database, .. } = self;
        connection.as_mut().ok_or_else(|| JournalError::DatabaseUnreachable {
            database: database.to_string(),
            message: "the connection was lost".to_owned(),
        })
    }

    /// Classifies a statement's error. Drops a lost connection: the server rolls the transaction back.
    fn check<T>(&mut self, executed: Result<T, sqlx::Error>) -> Result<T, JournalError> {
        executed.map_err(|error| {
            if is_connection_lost(&error) {
                self.connection = None;
            }
            classify_error(&self.database, &error)
        })
    }

    /// Begins a transaction. Waits while the database is unreachable: a server restart must not end a batch.
    async fn begin_transaction(&mut self) -> Result<(), JournalError> {
        if self.is_in_transaction {
            return Ok(());
        }
        self.draw_fault()?;
        let mut retries = RetryPolicy::fixed(RECONNECT_INTERVAL).start();
        loop {
            let begun = async {
                self.reconnect().await?;
                let begun = within_time_limit(raw_sql("BEGIN").execute(self.connection()?)).await;
                self.check(begun)
            };
            match begun.await {
                Err(error) if self.waits_out(&error) && retries.wait(error.retry_advice()).await => {}
                begun => {
                    self.is_in_transaction = begun.is_ok();
                    self.transaction += 1;
                    return begun.map(drop);
                }
            }
        }
    }

    /// Fails if a test asked for a fault.
    fn draw_fault(&self) -> Result<(), JournalError> {
        if !self.faults.as_ref().is_some_and(WriteFaults::draw) {
            return Ok(());
        }
        let (database, message) = (self.database.to_string(), "a fault that a test asked for".to_owned());
        Err(JournalError::Database { database, message })
    }

    /// Returns whether to wait for the end of an outage: always, until the journal closes.
    fn waits_out(&self, error: &JournalError) -> bool {
        let waits = error.is_passing_outage() && !self.is_closing.load(Ordering::Relaxed);
        if waits {
            tracing::warn!(%error, "cannot write to the journal in PostgreSQL; trying again");
        }
        waits
    }

    /// Reconnects if the connection was lost. Returns the number of this owner's last transaction if it did reconnect.
    async fn reconnect(&mut self) -> Result<Option<i64>, JournalError> {
        if self.connection.is_some() {
            return Ok(None);
        }
        let mut connection = connect(&self.database).await?;
        let last = self.ownership.acquire_again(&self.database, &mut connection).await?;
        self.connection = Some(connection);
        Ok(Some(last))
    }

    /// Commits the transaction. Returns the position after which the positions of its events start.
    pub(in crate::journal) async fn commit(&mut self) -> Result<Seq, JournalError> {
        let events = std::mem::take(&mut self.events);
        match (self.is_in_transaction, events.len()) {
            (false, 0) => return Ok(Seq::default()),
            (false, _) => return self.commit_events(&events).await,
            (true, _) => {}
        }
        let base = if events.len() > 0 { self.write_events(&events).await? } else { self.mark_transaction().await? };
        let committed = within_time_limit(raw_sql("COMMIT").execute(self.connection()?)).await;
        if let Err(error) = self.check(committed)
            && (self.connection.is_some() || !self.was_committed().await?)
        {
            return Err(error);
        }
        self.is_in_transaction = false;
        Ok(base)
    }

    /// Inserts the events of a transaction without other statements: the statement is a transaction of its own. If the
    /// connection is lost, inserts them again unless the server has committed them.
    async fn commit_events(&mut self, events: &EventColumns) -> Result<Seq, JournalError> {
        self.draw_fault()?;
        self.transaction += 1;
        match self.write_events(events).await {
            Err(error) if error.is_passing_outage() && self.connection.is_none() => {
                if self.was_committed().await? {
                    self.last_base(events).await
                } else {
                    self.write_events(events).await
                }
            }
            written => written,
        }
    }

    /// Marks a transaction without events as this owner's last one.
    async fn mark_transaction(&mut self) -> Result<Seq, JournalError> {
        let marked = query(MARK_TRANSACTION_SQL).bind(self.ownership.epoch).bind(self.transaction);
        let marked = within_time_limit(marked.execute(self.connection()?)).await;
        if self.check(marked)?.rows_affected() > 0 { Ok(Seq::default()) } else { Err(self.taken_over()) }
    }

    /// Marks the transaction and inserts its events. Returns the position after which their positions start.
    async fn write_events(&mut self, events: &EventColumns) -> Result<Seq, JournalError> {
        let written = query_scalar(APPEND_EVENTS_SQL)
            .bind(self.ownership.epoch)
            .bind(self.transaction)
            .bind(to_sql_integer(events.len()))
            .bind(&events.at)
            .bind(&events.job)
            .bind(&events.upc)
            .bind(&events.outline)
            .bind(&events.kind)
            .bind(&events.status)
            .bind(&events.decided)
            .bind(&events.fact)
            .bind(&events.row_fact);
        let written = within_time_limit(written.fetch_optional(self.connection()?)).await;
        let base: Option<i64> = self.check(written)?;
        base.map(|base| Seq(base.cast_unsigned())).ok_or_else(|| self.taken_over())
    }

    /// Returns the position after which the positions of the newest events start.
    async fn last_base(&mut self, events: &EventColumns) -> Result<Seq, JournalError> {
        let head = within_time_limit(query_scalar("SELECT seq FROM head").fetch_one(self.connection()?)).await;
        let head: i64 = self.check(head)?;
        Ok(Seq(head.cast_unsigned() - events.len() as u64))
    }

    fn taken_over(&self) -> JournalError {
        JournalError::DatabaseTakenOver { database: self.database.to_string(), process: "another process".to_owned() }
    }

    /// Returns whether a transaction was committed, after the connection was lost during the commit.
    async fn was_committed(&mut self) -> Result<bool, JournalError> {
        let mut retries = RetryPolicy::fixed(RECONNECT_INTERVAL).start();
        loop {
            match self.reconnect().await {
                Err(error) if self.waits_out(&error) && retries.wait(error.retry_advice()).await => {}
                last => return Ok(last? == Some(self.transaction)),
            }
        }
    }

    /// Rolls the transaction back.
    pub(in crate::journal) async fn roll_back(&mut self) {
        self.events = EventColumns::default();
        if std::mem::take(&mut self.is_in_transaction)
            && let Ok(connection) = self.connection()
        {
            let rolled_back = within_time_limit(raw_sql("ROLLBACK").execute(connection)).await;
            self.check(rolled_back).ok();
        }
    }

    /// Releases ownership and closes the connection.
    pub(in crate::journal) async fn close(mut self) {
        if let Some(mut connection) = self.connection.take() {
            owner::release(&self.database, &mut connection).await;
            within_time_limit(connection.close()).await.ok();
        }
    }

    /// Executes a statement in the transaction and returns the number of changed rows.
    pub(in crate::journal) async fn execute(
        &mut self,
        statement: &Statement,
        arguments: &[Argument<'_>],
    ) -> Result<u64, JournalError> {
        self.begin_transaction().await?;
        let connection = self.connection()?;
        let executed =
            within_time_limit(async { statement.postgres_query(arguments)?.execute(connection).await }).await;
        Ok(self.check(executed)?.rows_affected())
    }

    /// Returns the first selected row, as the transaction sees it; `None` if there is no row.
    pub(in crate::journal) async fn fetch_optional<R: StoreRow>(
        &mut self,
        statement: &Statement,
        arguments: &[Argument<'_>],
    ) -> Result<Option<R>, JournalError> {
        self.begin_transaction().await?;
        let connection = self.connection()?;
        let fetched = async { statement.postgres_rows(arguments)?.fetch_optional(connection).await };
        let fetched = within_time_limit(fetched).await;
        self.check(fetched)
    }

    /// Adds an event to the transaction and returns it. Its position is relative to the one that [`Self::commit`]
    /// returns.
    #[expect(clippy::unused_async, reason = "the writer for SQLite awaits")]
    pub(in crate::journal) async fn insert_event(
        &mut self,
        job: &JobId,
        at: Timestamp,
        event: JobEvent,
    ) -> Result<EventEnvelope, JournalError> {
        self.events.push(job, at, &event)?;
        Ok(EventEnvelope { seq: Seq(self.events.len() as u64), at, job: job.clone(), payload: event })
    }

    /// Checks that the database is writable.
    pub(in crate::journal) async fn check_writable(&mut self) -> Result<(), JournalError> {
        // The commit writes the owner's row.
        self.begin_transaction().await
    }

    /// Inserts items of an input list, starting at `first_position`.
    pub(in crate::journal) async fn insert_items(
        &mut self,
        job: &JobId,
        first_position: u64,
        items: &[InputItem],
    ) -> Result<(), JournalError> {
        self.begin_transaction().await?;
        let upcs: Vec<String> = items.iter().map(|item| item.upc.to_string()).collect();
        let listed: Vec<String> = items.iter().map(to_json).collect::<Result<_, _>>()?;
        let inserted = query(INSERT_ITEMS_SQL).bind(job.as_str()).bind(first_position.cast_signed());
        let inserted = within_time_limit(inserted.bind(upcs).bind(listed).execute(self.connection()?)).await;
        self.check(inserted).map(drop)
    }
}
