//! One process works in a database at a time: two would draft the same item twice.
//!
//! The ownership is an advisory lock of the connection that writes. PostgreSQL releases it when that connection ends,
//! also after `kill -9`, so a process that lost the lock cannot write either. If the connection was lost, the process
//! takes the lock again, and continues only if no other process had it meanwhile: each change of the owner has a
//! number.
//!
//! A process that is frozen, or whose machine was cut off, keeps its connection. Therefore the owner extends a lease at
//! regular intervals, by the clock of the server. Who wants the ownership ends the connection of an owner whose lease has
//! expired. The lease of nobody expires while the server itself was away.

use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use sqlx::{query, query_as, query_scalar};
use tokio::sync::watch;

use super::super::error::JournalError;
use super::connection::{classify_error, connect, within_time_limit};
use crate::location::DatabaseUrl;

/// The key of the advisory lock without a schema: "dmowner" in ASCII.
const LOCK_KEY: i64 = 0x64_6d6f_776e_6572;

/// How long to wait for an owner that is just ending.
const LOCK_TIMEOUT: Duration = Duration::from_secs(2);

/// Pause between two tries.
const LOCK_RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// A connection that breaks without a word, because a machine went down, is noticed by the server after half a minute.
const KEEPALIVE_SQL: &str =
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4";

/// How long the owner may be silent. Other processes wait so long before they take over from a frozen one.
const LEASE_SECONDS: f64 = 15.0;

/// How often the owner extends its lease.
const LEASE_INTERVAL: Duration = Duration::from_secs(3);

const ACQUIRE_SQL: &str = "UPDATE owner SET epoch = epoch + 1, process = $1,
     alive_until = clock_timestamp() + make_interval(secs => $2) RETURNING epoch";

const EXTEND_SQL: &str =
    "UPDATE owner SET alive_until = clock_timestamp() + make_interval(secs => $2) WHERE epoch = $1";

/// The connections that hold the lock `$1`.
macro_rules! lock_holders {
    () => {
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
             AND ((classid::bigint << 32) | objid::bigint) = $1
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    };
}

const IS_OWNED_SQL: &str = concat!("SELECT EXISTS (", lock_holders!(), ")");

/// Whether the lease of the owner has expired.
const IS_EXPIRED_SQL: &str = "SELECT greatest(alive_until, pg_postmaster_start_time() + make_interval(secs => $1))
     < clock_timestamp() FROM owner";

const END_OWNER_SQL: &str = concat!("SELECT count(pg_terminate_backend(pid)) FROM (", lock_holders!(), ") AS holders");

/// The ownership of a database by this process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ownership {
    /// The number of this ownership; each owner has a greater one than the one before.
    pub(super) epoch: i64,
}

impl Ownership {
    /// Takes the ownership with the lock of `connection`.
    ///
    /// # Errors
    /// Returns [`JournalError::DatabaseInUse`] if another process has it, and other errors if the database cannot be
    /// used.
    pub(super) async fn acquire(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<Self, JournalError> {
        lock(database, connection).await?;
        let epoch = query_scalar(ACQUIRE_SQL).bind(describe_process()).bind(LEASE_SECONDS);
        let epoch = within_time_limit(epoch.fetch_one(connection)).await;
        Ok(Self { epoch: epoch.map_err(|error| classify_error(database, &error))? })
    }

    /// Takes the lock again with a new connection. Returns the number of the last transaction of this owner.
    ///
    /// # Errors
    /// Returns [`JournalError::DatabaseTakenOver`] if another process had the ownership meanwhile, and the errors of
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
            // The server has not noticed yet that the old connection is gone.
            Err(JournalError::DatabaseInUse { database, .. }) => {
                let message = "the connection was lost, and the server has not ended it yet".to_owned();
                Err(JournalError::DatabaseUnreachable { database, message })
            }
            locked => locked.map(|()| last),
        }
    }
}

/// Returns the key of the advisory lock. Each schema has its own, so that several sellers can work in one database.
fn lock_key(database: &DatabaseUrl) -> i64 {
    let Some(schema) = database.schema() else { return LOCK_KEY };
    let digest = ring::digest::digest(&ring::digest::SHA256, format!("draft-maker owner of {schema}").as_bytes());
    digest.as_ref().first_chunk().map_or(LOCK_KEY, |bytes| i64::from_be_bytes(*bytes))
}

/// Returns whether the ownership can be taken now: no process has it, or its lease has expired.
pub(super) async fn is_available(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<bool, JournalError> {
    Ok(!is_owned(database, &mut *connection).await?
        || is_lease_expired(connection).await.map_err(|error| classify_error(database, &error))?)
}

async fn is_lease_expired(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    within_time_limit(query_scalar(IS_EXPIRED_SQL).bind(LEASE_SECONDS).fetch_one(connection)).await
}

/// Extends the lease of an owner at regular intervals, over a connection of its own. Sends true, and ends, when another
/// process is the owner.
pub(super) async fn extend_lease(database: DatabaseUrl, ownership: Ownership, is_lost: watch::Sender<bool>) {
    let mut connection = None;
    loop {
        tokio::time::sleep(LEASE_INTERVAL).await;
        let mut open = match connection.take() {
            Some(open) => open,
            None => match connect(&database).await {
                Ok(open) => open,
                Err(error) => {
                    tracing::warn!(%error, "cannot extend the lease; trying again");
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
            Err(error) => tracing::warn!(%error, "cannot extend the lease; trying again"),
        }
    }
}

/// Returns whether a process owns the database now.
pub(super) async fn is_owned(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<bool, JournalError> {
    let owned = within_time_limit(query_scalar(IS_OWNED_SQL).bind(lock_key(database)).fetch_one(connection)).await;
    owned.map_err(|error| classify_error(database, &error))
}

async fn lock(database: &DatabaseUrl, connection: &mut PgConnection) -> Result<(), JournalError> {
    let error = |error| classify_error(database, &error);
    within_time_limit(sqlx::raw_sql(KEEPALIVE_SQL).execute(&mut *connection)).await.map_err(error)?;
    let start = Instant::now();
    loop {
        let locked = query_scalar("SELECT pg_try_advisory_lock($1)").bind(lock_key(database));
        if within_time_limit(locked.fetch_one(&mut *connection)).await.map_err(error)? {
            return Ok(());
        }
        if is_lease_expired(&mut *connection).await.map_err(error)? {
            let ended = query(END_OWNER_SQL).bind(lock_key(database)).execute(&mut *connection);
            within_time_limit(ended).await.map_err(error)?;
        }
        if start.elapsed() > LOCK_TIMEOUT {
            let process = query_scalar("SELECT process FROM owner").fetch_one(&mut *connection);
            let process = within_time_limit(process).await.map_err(error)?;
            return Err(JournalError::DatabaseInUse { database: database.to_string(), process });
        }
        tokio::time::sleep(LOCK_RETRY_INTERVAL).await;
    }
}

/// Ends the ownership at once, so that another process need not wait for the server to notice the end.
pub(super) async fn release(database: &DatabaseUrl, connection: &mut PgConnection) {
    let released = query("SELECT pg_advisory_unlock($1)").bind(lock_key(database)).execute(connection);
    within_time_limit(released).await.ok();
}

/// Describes this process for the error message of another one: `process 41 on shop-1`.
fn describe_process() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let (pid, host) = (std::process::id(), host.trim());
    if host.is_empty() { format!("process {pid}") } else { format!("process {pid} on {host}") }
}
