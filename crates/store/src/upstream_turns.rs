//! Turns for requests to upstream services, shared through PostgreSQL. A service limits requests per address, so all
//! processes of a database take turns, including those of other sellers in other schemas.
//!
//! ```text
//! public.upstream_turns   for each limit, the earliest time of the next request, by the server's clock
//! ```
//!
//! A turn is a point in time. A process claims its turn slightly ahead and waits for it by its own clock. The response
//! time of the database therefore does not matter, and turns follow each other without a gap. A process that misses
//! its turn does not send: it moves the turn a few times if no other process has claimed the next one, or claims another.
//!
//! The table contains nothing about a seller, and every role of the database may use it.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::journal::TablePool;
use crate::location::DatabaseUrl;
use crate::server_clock::{ServerClock, to_micros};
use crate::statement::{Statement, arguments};
use crate::store_database::StoreDatabaseError;
use retry::{RetryAdvice, RetryPolicy};

const EXISTS_SQL: &str = "SELECT count(to_regclass('public.upstream_turns'))";

const CREATE_SQL: &str = "
    CREATE TABLE IF NOT EXISTS public.upstream_turns (name text PRIMARY KEY, next_at timestamptz NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON public.upstream_turns TO PUBLIC;";

/// Starts the turns of limit `$1`, if no process has done so.
const START_SQL: &str = "
    INSERT INTO public.upstream_turns (name, next_at) VALUES ($1, clock_timestamp()) ON CONFLICT (name) DO NOTHING";

/// Claims the next turn of limit `$1` if it is at most `$4` away. The turn is at least `$3` from now, and the
/// following turn is due `$2` later; all values are in microseconds. Returns whether the turn was claimed, when the
/// following turn is due, and the server's time; no row if the limit has no turns yet.
///
/// `free_at` is the earliest time of the turn. A missed turn, which `$5` identifies by the time of the turn after it,
/// and a time more than an hour ahead, which was written before the server's clock was set back, do not count. Only a
/// turn that is close enough is locked, so that waiting processes do not write. `free_at` uses `now()`, because with
/// the volatile `clock_timestamp()` PostgreSQL would not compute it again after a wait for the lock.
const CLAIM_SQL: &str = "
    WITH claimable AS (
        SELECT free_at FROM public.upstream_turns AS turns, LATERAL (
            SELECT CASE WHEN (extract(epoch FROM turns.next_at) * 1000000)::bigint = $5
                OR turns.next_at > now() + interval '1 hour'
                THEN '-infinity' ELSE turns.next_at END AS free_at
        ) AS turn
        WHERE name = $1 AND free_at <= clock_timestamp() + $4 * interval '1 microsecond'
        FOR UPDATE OF turns
    ), claimed AS (
        UPDATE public.upstream_turns AS turns
        SET next_at = greatest(free_at, clock_timestamp() + $3 * interval '1 microsecond')
            + $2 * interval '1 microsecond'
        FROM claimable WHERE turns.name = $1
        RETURNING next_at
    ), answer AS (
        SELECT 1::bigint AS is_claimed, next_at FROM claimed
        UNION ALL
        SELECT 0, next_at FROM public.upstream_turns WHERE name = $1 AND NOT EXISTS (SELECT FROM claimed)
    )
    SELECT is_claimed, (extract(epoch FROM next_at) * 1000000)::bigint,
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
    FROM answer";

const PAUSE_SQL: &str = "
    INSERT INTO public.upstream_turns AS turns (name, next_at)
    VALUES ($1, clock_timestamp() + $2 * interval '1 microsecond')
    ON CONFLICT (name) DO UPDATE SET next_at = greatest(turns.next_at, clock_timestamp() + $2 * interval '1 microsecond')";

/// Longest pause that can be stored.
const MAX_PAUSE: Duration = Duration::from_hours(1);

/// How far ahead a turn can be claimed. Short, because a pause that a service requests does not stop a turn that is
/// already claimed.
const MAX_ADVANCE: Duration = Duration::from_millis(100);

/// How late a process may send its request. A late request comes closer to the next one; the intervals have a margin
/// of about this length.
const MAX_LATENESS: Duration = Duration::from_millis(5);

/// Maximum times in a row that a process moves a turn that it missed.
const MAX_MOVES: u32 = 3;

/// Minimum pause before another claim.
const MIN_WAIT: Duration = Duration::from_millis(1);

/// Pause between two claims while the database is unreachable.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Minimum distance from now to a turn that is claimed when the previous turn is over.
const MIN_LEAD: Duration = Duration::from_millis(5);

/// Maximum distance from now to a turn that is claimed when the previous turn is over.
const MAX_LEAD: Duration = Duration::from_secs(10);

/// The turns of all upstream services.
#[derive(Debug)]
pub struct UpstreamTurns {
    tables: TablePool,
    server: Mutex<ServerState>,
}

/// State of the connection to the database server.
#[derive(Debug)]
struct ServerState {
    clock: ServerClock,
    /// Twice the delay of the last response.
    lead: Duration,
}

/// The turn that a process missed. The process may move it, but not forever: a process that is always too late would
/// otherwise keep all others waiting.
#[derive(Debug, Default)]
struct MissedTurn {
    /// Time of the turn after it, which identifies it; 0 if the process claims a turn behind those of the others.
    next_micros: i64,
    moves: u32,
}

impl MissedTurn {
    /// Records that the turn before `next_micros` was missed. After [`MAX_MOVES`], the process gives it up.
    fn record(&mut self, next_micros: i64) {
        let may_move = self.moves < MAX_MOVES;
        *self = if may_move { Self { next_micros, moves: self.moves + 1 } } else { Self::default() };
    }
}

/// The result of a claim.
enum ClaimAnswer {
    /// The turn is claimed for `at`. The following turn is due at `next_micros` of the server's clock.
    Claimed { at: Instant, next_micros: i64 },
    /// The turn is too far ahead; claim again at `ask_at`.
    NotYet { ask_at: Instant },
}

impl UpstreamTurns {
    /// Connects, and creates the table if it does not exist.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be reached, or if the role may not create the table.
    pub async fn open(database: &DatabaseUrl) -> Result<Self, StoreDatabaseError> {
        let tables = TablePool::open(database).await?;
        let turns = Self { tables, server: Mutex::new(ServerState { clock: ServerClock::new(), lead: MIN_LEAD }) };
        if !turns.is_created().await? {
            let created = turns.tables.execute_script(CREATE_SQL).await;
            // Another process may have created the table at the same time.
            if created.is_err() && !turns.is_created().await? {
                created?;
            }
        }
        Ok(turns)
    }

    async fn is_created(&self) -> Result<bool, StoreDatabaseError> {
        let counts: Vec<(i64,)> = self.tables.fetch_all(&Statement::for_both(EXISTS_SQL), &[]).await?;
        Ok(counts.first().is_some_and(|(count,)| *count > 0))
    }

    /// Claims a turn of the limit `name` and waits until the turn, when the request may be sent. The following turn is
    /// due `interval` later. Keeps waiting while the database is unreachable.
    pub async fn wait_for_turn(&self, name: &str, interval: Duration) {
        let (mut missed, mut retries) = (MissedTurn::default(), RetryPolicy::fixed(RETRY_INTERVAL).start());
        loop {
            match self.claim(name, interval, missed.next_micros).await {
                Ok(ClaimAnswer::Claimed { at, next_micros }) => {
                    tokio::time::sleep_until(at.into()).await;
                    if at.elapsed() <= MAX_LATENESS {
                        return;
                    }
                    missed.record(next_micros);
                }
                Ok(ClaimAnswer::NotYet { ask_at }) => {
                    tokio::time::sleep_until(ask_at.max(Instant::now() + MIN_WAIT).into()).await;
                }
                Err(error) => {
                    tracing::warn!(%error, limit = name, "cannot reserve a request in the shared rate limit; trying again");
                    retries.wait(RetryAdvice::Retry).await;
                }
            }
        }
    }

    /// Stops the requests of all processes for the limit `name` during `pause`.
    pub async fn pause_for(&self, name: &str, pause: Duration) {
        let arguments = arguments![name, to_micros(pause.min(MAX_PAUSE))];
        if let Err(error) = self.tables.execute(&Statement::for_both(PAUSE_SQL), &arguments).await {
            tracing::warn!(%error, limit = name, "cannot pause the requests of other processes");
        }
    }

    /// Claims the next turn if it is close enough.
    async fn claim(
        &self,
        name: &str,
        interval: Duration,
        missed_micros: i64,
    ) -> Result<ClaimAnswer, StoreDatabaseError> {
        let lead = self.server.lock().lead;
        let advance = MAX_ADVANCE.max(lead);
        let arguments = arguments![name, to_micros(interval), to_micros(lead), to_micros(advance), missed_micros];
        let asked_at = Instant::now();
        let rows: Vec<(i64, i64, i64)> = self.tables.fetch_all(&Statement::for_both(CLAIM_SQL), &arguments).await?;
        let answered_at = Instant::now();
        let Some((is_claimed, next_micros, server_micros)) = rows.first().copied() else {
            self.tables.execute(&Statement::for_both(START_SQL), &arguments![name]).await?;
            return Ok(ClaimAnswer::NotYet { ask_at: answered_at });
        };
        let mut server = self.server.lock();
        server.clock.observe(asked_at, answered_at, server_micros);
        let response_delay = answered_at.saturating_duration_since(server.clock.to_local(server_micros));
        server.lead = (response_delay * 2).clamp(MIN_LEAD, MAX_LEAD);
        let due_at = |before: Duration| server.clock.to_local(next_micros - to_micros(before));
        Ok(match is_claimed {
            0 => ClaimAnswer::NotYet { ask_at: due_at(advance) },
            _ => ClaimAnswer::Claimed { at: due_at(interval), next_micros },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between two series of moves, others may claim the next turn.
    #[test]
    fn a_process_that_is_always_late_lets_others_pass() {
        let mut missed = MissedTurn::default();
        let claims = (1..=8).map(|next_micros| {
            missed.record(next_micros);
            missed.next_micros
        });
        assert_eq!(claims.collect::<Vec<_>>(), [1, 2, 3, 0, 5, 6, 7, 0]);
    }
}
