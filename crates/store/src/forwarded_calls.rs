//! Forwards requests to the process that owns the store, as rows of the database, because the two processes may not
//! reach each other over the network.
//!
//! ```text
//! process ── send: row ──> calls ──> take_next ── owner executes ── answer: row ──> process
//! ```

use std::time::{Duration, Instant};

use sqlx::postgres::PgPoolOptions;
use sqlx::{query, query_as, query_scalar};

use crate::database_pool::DatabasePool;
use crate::location::DatabaseUrl;
use crate::sqlite::describe_sqlx_error;

/// Maximum connections of a process.
const MAX_CONNECTIONS: u32 = 2;

/// How long one statement may wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Pause between two polls for an answer or for a request.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Deletes the rows of abandoned requests after an hour.
const DELETE_OLD_SQL: &str = "DELETE FROM calls WHERE at < clock_timestamp() - interval '1 hour'";

/// Longest time that a request waits for a process that takes it, and then again for the answer.
const MAX_WAIT: Duration = Duration::from_secs(40);

/// Takes no request for which nobody waits any more: the client may have gone, or its process may have ended. `$1` is
/// [`MAX_WAIT`] in seconds.
const TAKE_SQL: &str = "
    UPDATE calls SET taken_by = (SELECT epoch FROM owner)
    WHERE number = (
        SELECT number FROM calls WHERE taken_by IS NULL AND at > clock_timestamp() - make_interval(secs => $1)
        ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING number, head, body";

/// Returns the answer, or nulls if the process that took the request is no longer the owner.
const RESULT_SQL: &str = "
    SELECT answer_head, answer_body FROM calls
    WHERE number = $1 AND (answer_head IS NOT NULL OR taken_by < (SELECT epoch FROM owner))";

/// An error of the database that holds the requests.
#[derive(Debug, thiserror::Error)]
#[error("the database {database} cannot be reached: {}", describe_sqlx_error(error))]
pub struct CallStoreError {
    database: String,
    error: sqlx::Error,
}

/// A forwarded request, with the number under which to answer.
#[derive(Clone, Debug)]
pub struct ForwardedCall {
    pub number: i64,
    /// Method, path and headers, in a form that both processes agree on.
    pub head: String,
    pub body: Vec<u8>,
}

/// The outcome of a forwarded request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallResult {
    /// The owner executed the request.
    Answered { head: String, body: Vec<u8> },
    /// No process took the request within the time limit, and none will.
    NotTaken,
    /// A process took the request but did not answer, within the time limit or before another process took over. The
    /// request may have been executed.
    Unknown,
}

/// The forwarded requests of a database. Clones share the connections.
#[derive(Clone, Debug)]
pub struct CallStore {
    pool: DatabasePool,
}

impl CallStore {
    /// Creates a handle to a database that has the tables of a journal. Connects on first use.
    pub fn new(database: &DatabaseUrl) -> Self {
        let options = PgPoolOptions::new().max_connections(MAX_CONNECTIONS).acquire_timeout(CONNECT_TIMEOUT);
        Self { pool: DatabasePool::new(database, options) }
    }

    /// Forwards a request and waits for the answer: up to 40 seconds for a process to take the request, then up to the
    /// same time again for the answer.
    ///
    /// # Errors
    /// Returns [`CallStoreError`] if the database does not answer. The request may have been executed.
    pub async fn send(&self, head: &str, body: &[u8]) -> Result<CallResult, CallStoreError> {
        self.send_within(head, body, MAX_WAIT).await
    }

    /// Forwards a request like [`Self::send`], but waits at most `max_wait` each time.
    ///
    /// # Errors
    /// Returns the errors of [`Self::send`].
    pub async fn send_within(&self, head: &str, body: &[u8], max_wait: Duration) -> Result<CallResult, CallStoreError> {
        let insert = query_scalar("INSERT INTO calls (head, body) VALUES ($1, $2) RETURNING number");
        let number: i64 =
            insert.bind(head).bind(body).fetch_one(self.pool.connections()).await.map_err(|error| self.error(error))?;
        let max_wait = max_wait.min(MAX_WAIT);
        let mut deadline = Instant::now() + max_wait;
        let mut was_taken = false;
        loop {
            if let Some(result) = self.find_result(number).await? {
                self.delete(number).await?;
                return Ok(result);
            }
            if Instant::now() >= deadline {
                if was_taken {
                    return Ok(CallResult::Unknown);
                }
                if self.delete_waiting(number).await? {
                    return Ok(CallResult::NotTaken);
                }
                (was_taken, deadline) = (true, Instant::now() + max_wait);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns the answer, or [`CallResult::Unknown`] if another process has meanwhile taken over from the one that took
    /// the request; `None` if there is no result yet.
    async fn find_result(&self, number: i64) -> Result<Option<CallResult>, CallStoreError> {
        let found = query_as(RESULT_SQL).bind(number).fetch_optional(self.pool.connections()).await;
        let found: Option<(Option<String>, Option<Vec<u8>>)> = found.map_err(|error| self.error(error))?;
        Ok(found.map(|answer| match answer {
            (Some(head), Some(body)) => CallResult::Answered { head, body },
            _ => CallResult::Unknown,
        }))
    }

    async fn delete(&self, number: i64) -> Result<(), CallStoreError> {
        let deleted = query("DELETE FROM calls WHERE number = $1").bind(number).execute(self.pool.connections()).await;
        deleted.map(drop).map_err(|error| self.error(error))
    }

    /// Deletes a request that no process has taken. Returns false if a process has taken it.
    async fn delete_waiting(&self, number: i64) -> Result<bool, CallStoreError> {
        let deleted = query("DELETE FROM calls WHERE number = $1 AND taken_by IS NULL");
        let deleted = deleted.bind(number).execute(self.pool.connections()).await;
        Ok(deleted.map_err(|error| self.error(error))?.rows_affected() > 0)
    }

    /// Takes the oldest waiting request, or waits until there is one. Only the owner of the store may call this.
    ///
    /// # Errors
    /// Returns [`CallStoreError`] if the database does not answer.
    pub async fn take_next(&self) -> Result<ForwardedCall, CallStoreError> {
        loop {
            let taken = query_as(TAKE_SQL).bind(MAX_WAIT.as_secs_f64()).fetch_optional(self.pool.connections()).await;
            let taken: Option<(i64, String, Vec<u8>)> = taken.map_err(|error| self.error(error))?;
            if let Some((number, head, body)) = taken {
                return Ok(ForwardedCall { number, head, body });
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Stores the answer to a request.
    ///
    /// # Errors
    /// Returns [`CallStoreError`] if the database does not answer.
    pub async fn answer(&self, number: i64, head: &str, body: &[u8]) -> Result<(), CallStoreError> {
        let answered = query("UPDATE calls SET answer_head = $2, answer_body = $3 WHERE number = $1");
        let answered = answered.bind(number).bind(head).bind(body).execute(self.pool.connections()).await;
        answered.map(drop).map_err(|error| self.error(error))
    }

    /// Deletes requests that are older than an hour.
    ///
    /// # Errors
    /// Returns [`CallStoreError`] if the database does not answer.
    pub async fn delete_old(&self) -> Result<(), CallStoreError> {
        query(DELETE_OLD_SQL).execute(self.pool.connections()).await.map(drop).map_err(|error| self.error(error))
    }

    fn error(&self, error: sqlx::Error) -> CallStoreError {
        CallStoreError { database: self.pool.database().to_string(), error }
    }
}
