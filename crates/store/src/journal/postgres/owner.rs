//! Ownership of a database: one process works in it at a time, because two would draft the same item twice.
//!
//! The owner holds an advisory lock on its write connection. PostgreSQL releases the lock when that connection ends,
//! even after `kill -9`, so a process that has lost the lock cannot write. After a lost connection, the process takes
//! the lock again and continues only if no other process owned the database in between: each change of ownership
//! increments `epoch`.
//!
//! A process that is frozen or cut off from the network keeps its connection open. The owner therefore extends a lease
//! at regular intervals, by the server's clock. A process that wants ownership terminates the connection of an owner
//! whose lease has expired. Leases do not expire while the server itself is down.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{query, query_as, query_scalar};
use tokio::sync::watch;

use super::super::error::JournalError;
use super::connection::{classify_error, connect, within_time_limit};
use crate::location::DatabaseUrl;
use retry::{RetryAdvice, RetryPolicy};

/// Key of the advisory lock if no schema is set: "dmowner" in ASCII.
const LOCK_KEY: i64 = 0x64_6d6f_776e_6572;

/// How long to wait for an owner that is shutting down.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// Pause between two attempts to take the lock.
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// Makes the server detect a dead connection, for example after a machine went down, within half a minute.
const KEEPALIVE_SQL: &str =
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4";

/// Duration of the lease in seconds. Other processes wait this long before they take over from a frozen owner.
const LEASE_SECONDS: f64 = 15.0;

/// How often the owner extends its lease.
const LEASE_INTERVAL: Duration = Duration::from_secs(3);

const ACQUIRE_SQL: &str = "UPDATE owner SET epoch = epoch + 1, process = $1, last_transaction = 0,
     alive_until = clock_timestamp() + make_interval(secs => $2) RETURNING epoch";

const EXTEND_SQL: &str =
    "UPDATE owner SET alive_until = clock_timestamp() + make_interval(secs => $2) WHERE epoch = $1";

/// Query for the connections that hold the lock `$1`.
macro_rules! lock_holders {
    () => {
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
             AND ((classid::bigint << 32) | objid::bigint) = $1
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    };
}

const IS_OWNED_SQL: &str = concat!("SELECT EXISTS (", lock_holders!(), ")");

/// Selects whether the owner's lease has expired.
const IS_EXPIRED_SQL: &str = "SELECT greatest(alive_until, pg_postmaster_start_time() + make_interval(secs => $1))
     < clock_timestamp() FROM owner";

const END_OWNER_SQL: &str = concat!("SELECT count(pg_terminate_backend(pid)) FROM (", lock_holders!(), ") AS holders");

/// The ownership of a database by this process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ownership {
    /// Number of this ownership; it increases with each change of owner.
    pub(super) epoch: i64,
}

impl Ownership {
    /// Acquires ownership by taking the lock on `connection`.
    ///
    /// # Errors
    /// Returns [`JournalError::DatabaseInUse`] if another process owns the database, and other errors if the database
    /// cannot be used.
    pub(super) async fn acquire(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<Self, JournalError> {
        lock(database, connection).await?;
        let epoch = query_scalar(ACQUIRE_SQL).bind(describe_process()).bind(LEASE_SECONDS);
        let epoch = within_time_limit(epoch.fetch_one(connection)).await;
        Ok(Self { epoch: epoch.map_err(|error| classify_error(database, &error))? })
    }

    /// Takes the lock again on a new connection. Returns the number of this owner's last transaction.
    ///
    /// # Errors
    /// Returns [`JournalError::DatabaseTakenOver`] if another process owned the database in between, and the errors of
    /// [`Ownership::acquire`].
    pub(super) async fn acquire_again(
        self,
        database: &DatabaseUrl,
        connection: &mut PgConnection,
    ) -> Result<i64, JournalError> {
        let locked = lock(database, &mut *connection).await;
        let owner = query_as("SELECT epoch, process, last_transaction FROM owner");
        let owner = within_time_limit(owner.fetch_one(connection)).await;
        let (epoch, process, last): (i64, String, i64) = owner.map_err(|error| classify_error(database, &error))?;
        if epoch != self.epoch {
            return Err(JournalError::DatabaseTakenOver { database: database.to_string(), process });
        }
        match locked {
            // The server has not noticed yet that the old connection is closed.
            Err(JournalError::DatabaseInUse { database, .. }) => {
                let message = "the connection was lost, and the server has not ended it yet".to_owned();
                Err(JournalError::DatabaseUnreachable { database, message })
            }
            locked => locked.map(|()| last),
        }
    }
}

/// Returns the key of the advisory lock. The key depends on the schema, so that several sellers can share a database.
fn lock_key(database: &DatabaseUrl) -> i64 {
    let Some(schema) = database.schema() else { return LOCK_KEY };
    let digest = ring::digest::digest(&ring::digest::SHA256, format!("draft-maker owner of {schema}").as_bytes());
    digest.as_ref().first_chunk().map_or(LOCK_KEY, |bytes| i64::from_be_bytes(*bytes))
}

/// Returns whether ownership can be acquired: no process owns the database, or the owner's lease has expired.
pub(super) async fn is_available(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<bool, JournalError> {
    Ok(!is_owned(database, &mut *connection).await?
        || is_lease_expired(connection).await.map_err(|error| classify_error(database, &error))?)
}

async fn is_lease_expired(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    within_time_limit(query_scalar(IS_EXPIRED_SQL).bind(LEASE_SECONDS).fetch_one(connection)).await
}

/// Extends the owner's lease at regular intervals on a separate connection. Sends true and returns when another
/// process has become the owner.
pub(super) async fn extend_lease(database: DatabaseUrl, ownership: Ownership, is_lost: watch::Sender<bool>) {
    let mut connection = None;
    loop {
        tokio::time::sleep(LEASE_INTERVAL).await;
        let mut open = match connection.take() {
            Some(open) => open,
            None => match connect(&database).await {
                Ok(open) => open,
                Err(error) => {
                    tracing::warn!(%error, "cannot extend the lease, so another process may take over; trying again");
                    continue;
                }
            },
        };
        let extended = query(EXTEND_SQL).bind(ownership.epoch).bind(LEASE_SECONDS);
        match within_time_limit(extended.execute(&mut open)).await {
            Ok(extended) if extended.rows_affected() == 0 => {
                is_lost.send_replace(true);
                return;
            }
            Ok(_) => connection = Some(open),
            Err(error) => {
                tracing::warn!(%error, "cannot extend the lease, so another process may take over; trying again");
            }
        }
    }
}

/// Returns whether any process owns the database.
pub(super) async fn is_owned(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<bool, JournalError> {
    let owned = within_time_limit(query_scalar(IS_OWNED_SQL).bind(lock_key(database)).fetch_one(connection)).await;
    owned.map_err(|error| classify_error(database, &error))
}

async fn lock(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<(), JournalError> {
    let error = |error| classify_error(database, &error);
    within_time_limit(sqlx::raw_sql(KEEPALIVE_SQL).execute(&mut *connection)).await.map_err(error)?;
    let mut retries = RetryPolicy::fixed(LOCK_RETRY_INTERVAL).with_time_limit(LOCK_TIMEOUT).start();
    loop {
        let locked = query_scalar("SELECT pg_try_advisory_lock($1)").bind(lock_key(database));
        if within_time_limit(locked.fetch_one(&mut *connection)).await.map_err(error)? {
            return Ok(());
        }
        if is_lease_expired(&mut *connection).await.map_err(error)? {
            let ended = query(END_OWNER_SQL).bind(lock_key(database)).execute(&mut *connection);
            within_time_limit(ended).await.map_err(error)?;
        }
        if !retries.wait(RetryAdvice::Retry).await {
            let process = query_scalar("SELECT process FROM owner").fetch_one(&mut *connection);
            let process = within_time_limit(process).await.map_err(error)?;
            return Err(JournalError::DatabaseInUse { database: database.to_string(), process });
        }
    }
}

/// Releases ownership explicitly, so that another process need not wait for the server to notice a closed connection.
pub(super) async fn release(database: &DatabaseUrl, connection: &mut PgConnection) {
    let released = query("SELECT pg_advisory_unlock($1)").bind(lock_key(database)).execute(connection);
    within_time_limit(released).await.ok();
}

/// Describes this process for another process's error message, such as `process 41 on shop-1`.
fn describe_process() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let (pid, host) = (std::process::id(), host.trim());
    if host.is_empty() { format!("process {pid}") } else { format!("process {pid} on {host}") }
}
