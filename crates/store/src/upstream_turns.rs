//! The turns of the upstream services in PostgreSQL: a service counts the requests of an address, so all processes of a
//! database wait for each other, also those of other sellers in other schemas.
//!
//! ```text
//! public.upstream_turns   for each limit, the earliest time of the next request, by the clock of the server
//! ```
//!
//! The table says nothing about a seller, and every role of the database may use it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::journal::TablePool;
use crate::location::DatabaseUrl;
use crate::statement::{Statement, arguments};
use crate::store_database::StoreDatabaseError;

const EXISTS_SQL: &str = "SELECT count(to_regclass('public.upstream_turns'))";

const CREATE_SQL: &str = "
    CREATE TABLE IF NOT EXISTS public.upstream_turns (name text PRIMARY KEY, next_at timestamptz NOT NULL);
    GRANT SELECT, INSERT, UPDATE ON public.upstream_turns TO PUBLIC;";

/// Takes the turn and returns 0, or returns how many microseconds to wait. A time more than an hour ahead was written
/// before the clock of the server was set back. Returns no row if another process inserted the limit at the same moment.
const CLAIM_SQL: &str = "
    WITH taken AS (
        INSERT INTO public.upstream_turns AS turns (name, next_at)
        VALUES ($1, clock_timestamp() + $2 * interval '1 microsecond')
        ON CONFLICT (name) DO UPDATE SET next_at = clock_timestamp() + $2 * interval '1 microsecond'
        WHERE turns.next_at <= clock_timestamp() OR turns.next_at > clock_timestamp() + interval '1 hour'
        RETURNING name
    )
    SELECT 0::bigint FROM taken
    UNION ALL
    SELECT greatest(1, ceil(extract(epoch FROM next_at - clock_timestamp()) * 1000000))::bigint
    FROM public.upstream_turns WHERE name = $1 AND NOT EXISTS (SELECT FROM taken)";

const PAUSE_SQL: &str = "
    INSERT INTO public.upstream_turns AS turns (name, next_at)
    VALUES ($1, clock_timestamp() + $2 * interval '1 microsecond')
    ON CONFLICT (name) DO UPDATE SET next_at = greatest(turns.next_at, clock_timestamp() + $2 * interval '1 microsecond')";

/// Longest pause that is written.
const MAX_PAUSE: Duration = Duration::from_hours(1);

/// Pause before a turn is claimed again that could not be read, or is due.
const MIN_WAIT: Duration = Duration::from_millis(1);

/// Pause before a database that stays away is asked again.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Smallest and largest allowance for the way of an answer of the database.
const ALLOWANCES: (Duration, Duration) = (Duration::from_millis(5), Duration::from_secs(10));

/// The turns of all upstream services.
#[derive(Debug)]
pub struct UpstreamTurns {
    tables: TablePool,
    /// How long an answer of the database may take, in microseconds. The interval between two turns is longer by this, so
    /// that a request whose turn was reported late is not close to the next one.
    allowance: AtomicU64,
}

impl UpstreamTurns {
    /// Connects, and creates the table if it does not exist.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be reached, or if the role may not create the table.
    pub async fn open(database: &DatabaseUrl) -> Result<Self, StoreDatabaseError> {
        let tables = TablePool::open(database).await?;
        let turns = Self { tables, allowance: AtomicU64::new(to_micros(ALLOWANCES.0).cast_unsigned()) };
        if !turns.is_created().await? {
            let created = turns.tables.execute_script(CREATE_SQL).await;
            // Another process may have created it at the same moment.
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

    /// Waits until a request of the limit `name` may leave, and takes that turn. The next one comes `interval` later. While
    /// the database is away, no turn comes.
    pub async fn wait_for_turn(&self, name: &str, interval: Duration) {
        loop {
            let allowance = Duration::from_micros(self.allowance.load(Ordering::Relaxed));
            let start = Instant::now();
            match self.claim(name, interval + allowance).await {
                Ok(wait) if wait.is_zero() && self.learn_allowance(start.elapsed(), allowance) => return,
                // The turn was reported too late: the next one may be due already.
                Ok(wait) => tokio::time::sleep(wait.max(MIN_WAIT)).await,
                Err(error) => {
                    tracing::warn!(%error, limit = name, "cannot ask for the turn of an upstream service; trying again");
                    tokio::time::sleep(RETRY_INTERVAL).await;
                }
            }
        }
    }

    /// Lets no process send a request of the limit `name` for the length of `pause`.
    pub async fn pause_for(&self, name: &str, pause: Duration) {
        let arguments = arguments![name, to_micros(pause.min(MAX_PAUSE))];
        if let Err(error) = self.tables.execute(&Statement::for_both(PAUSE_SQL), &arguments).await {
            tracing::warn!(%error, limit = name, "cannot pause the requests of other processes");
        }
    }

    /// Takes the turn and returns zero, or returns how long to wait.
    async fn claim(&self, name: &str, interval: Duration) -> Result<Duration, StoreDatabaseError> {
        let statement = Statement::for_both(CLAIM_SQL);
        let waits: Vec<(i64,)> = self.tables.fetch_all(&statement, &arguments![name, to_micros(interval)]).await?;
        let micros = waits.first().map_or(to_micros(MIN_WAIT), |(wait,)| *wait);
        Ok(Duration::from_micros(micros.cast_unsigned()))
    }

    /// Returns whether an answer came within the allowance, and adapts the allowance to the time that answers take.
    fn learn_allowance(&self, took: Duration, allowance: Duration) -> bool {
        let is_in_time = took <= allowance;
        let next = if is_in_time { (allowance * 9 / 10).max(took * 2) } else { took * 2 };
        let next = next.clamp(ALLOWANCES.0, ALLOWANCES.1);
        self.allowance.store(to_micros(next).cast_unsigned(), Ordering::Relaxed);
        is_in_time
    }
}

fn to_micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
