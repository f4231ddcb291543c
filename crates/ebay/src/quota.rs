//! How often eBay may still be asked today: counted per API and keyset, durable, and shared by all processes of a data
//! folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::api::Api;
use super::error::EbayError;
use super::quota_day;
use super::settings::Settings;

const DB_FILE: &str = "ebay.db";

/// Times in milliseconds since 1970, the pause in seconds.
const CREATE_TABLE_SQL: &str = "
    CREATE TABLE IF NOT EXISTS counts (
        application TEXT NOT NULL,
        api TEXT NOT NULL,
        day TEXT NOT NULL,
        used INTEGER NOT NULL DEFAULT 0,
        daily INTEGER,
        spent_until INTEGER,
        pause_until INTEGER,
        pause INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (application, api, day)
    ) STRICT, WITHOUT ROWID";

/// A call that is made. Once the time that eBay named has come, its day has begun anew, whatever was counted before.
const ADD_CALLS_SQL: &str = "
    INSERT INTO counts (application, api, day, used) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET
        used = iif(spent_until <= ?5, 0, used) + ?4,
        spent_until = iif(spent_until <= ?5, NULL, spent_until)";

const MARK_EXHAUSTED_SQL: &str = "
    INSERT INTO counts (application, api, day, spent_until) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET spent_until = ?4, pause_until = NULL, pause = 0";

/// Twice as long each time, and once for all who were refused at the same time.
const PAUSE_CALLS_SQL: &str = "
    INSERT INTO counts (application, api, day, pause, pause_until) VALUES (?1, ?2, ?3, ?6, min(?4 + ?6 * 1000, ?5))
    ON CONFLICT DO UPDATE SET
        pause = max(?6, pause * 2),
        pause_until = min(?4 + max(?6, pause * 2) * 1000, ?5)
    WHERE pause_until IS NULL OR pause_until <= ?4";

const CLEAR_PAUSE_SQL: &str =
    "UPDATE counts SET pause = 0, pause_until = NULL WHERE application = ?1 AND api = ?2 AND day = ?3";

const SYNC_USAGE_SQL: &str = "
    INSERT INTO counts (application, api, day, used, daily) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT DO UPDATE SET used = ?4, daily = ?5, spent_until = iif(?6 > 0, NULL, spent_until)";

const SELECT_USAGE_SQL: &str = "
    SELECT used, daily, spent_until, pause_until, pause FROM counts WHERE application = ?1 AND api = ?2 AND day = ?3";

/// The first pause after a refusal that eBay's own count denies, in seconds.
const FIRST_PAUSE_SECONDS: i64 = 10;

/// The count of one API's calls today.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct QuotaUsage {
    pub api: Api,
    pub used: u64,
    /// What eBay says that this application has, or else its documented default.
    pub daily: u64,
    /// When the count begins anew, or when eBay is asked again.
    pub until: Timestamp,
    /// True where nothing is left, by eBay's word or by our count.
    #[serde(rename = "spent")]
    pub is_exhausted: bool,
    #[serde(skip)]
    pub(super) block: Option<QuotaBlock>,
    /// EBay has refused a call since the last one that it answered.
    #[serde(skip)]
    pub(super) in_doubt: bool,
}

/// Why nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QuotaBlock {
    /// We have counted so many.
    LocalCount,
    /// EBay says so, and when the day ends.
    ReportedByEbay,
    /// EBay refuses calls and says that some are left.
    Unconfirmed,
}

impl QuotaUsage {
    /// Calls that are left today.
    pub fn remaining(&self) -> u64 {
        if self.is_exhausted { 0 } else { self.daily.saturating_sub(self.used) }
    }

    /// What a call ends with that is not made; `None` where it may be made.
    pub(super) fn block_error(&self) -> Option<EbayError> {
        let closed = self.block?;
        Some(EbayError::QuotaExhausted {
            api: self.api.key(),
            until: self.until,
            is_sure: closed != QuotaBlock::Unconfirmed,
        })
    }

    /// True where eBay itself has said until when nothing is left, or is given time.
    pub(super) fn is_reported_by_ebay(&self) -> bool {
        matches!(self.block, Some(QuotaBlock::ReportedByEbay | QuotaBlock::Unconfirmed))
    }
}

/// The counts of a data folder, for one keyset.
#[derive(Clone)]
pub struct QuotaStore {
    pool: SqlitePool,
    file: Arc<PathBuf>,
    application: Arc<str>,
}

type QuotaUpdate<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

type QuotaRow = (i64, Option<i64>, Option<i64>, Option<i64>, i64);

impl QuotaStore {
    /// Opens `ebay.db` in the data folder, and makes both where they are not there.
    ///
    /// # Errors
    /// [`EbayError::Allowance`] with the name of the file.
    pub async fn open(dir: &Path, settings: &Settings) -> Result<Self, EbayError> {
        let file = dir.join(DB_FILE);
        let failed = |error: String| EbayError::QuotaStore(format!("{}: {error}", file.display()));
        std::fs::create_dir_all(dir).map_err(|error| failed(error.to_string()))?;
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal);
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_with(options).await.map_err(|error| failed(error.to_string()))?;
        sqlx::query(CREATE_TABLE_SQL).execute(&pool).await.map_err(|error| failed(error.to_string()))?;
        Ok(Self { pool, file: Arc::new(file), application: settings.application_id().into() })
    }

    /// Counts calls that are made.
    pub(super) async fn add_calls(&self, api: Api, calls: u32) -> Result<(), EbayError> {
        let now = Timestamp::now();
        self.execute_update(
            self.update_today(ADD_CALLS_SQL, api, now).bind(i64::from(calls)).bind(now.as_millisecond()),
        )
        .await
    }

    /// EBay says that nothing is left until then.
    pub(super) async fn mark_exhausted(&self, api: Api, until: Timestamp) -> Result<(), EbayError> {
        self.execute_update(self.update_today(MARK_EXHAUSTED_SQL, api, Timestamp::now()).bind(until.as_millisecond()))
            .await
    }

    /// EBay refuses calls for a reason that it does not tell: it is left alone for a while, for twice as long each time,
    /// and at most until `latest`.
    pub(super) async fn pause_calls(&self, api: Api, latest: Timestamp) -> Result<(), EbayError> {
        let now = Timestamp::now();
        let pause =
            self.update_today(PAUSE_CALLS_SQL, api, now).bind(now.as_millisecond()).bind(latest.as_millisecond());
        self.execute_update(pause.bind(FIRST_PAUSE_SECONDS)).await
    }

    /// EBay answers again.
    pub(super) async fn mark_recovered(&self, api: Api) -> Result<(), EbayError> {
        self.execute_update(self.update_today(CLEAR_PAUSE_SQL, api, Timestamp::now())).await
    }

    /// EBay says how many calls this application has a day, and how many of them are left. It counts other programs of
    /// the same keyset too, so its count stands over ours.
    pub(super) async fn sync_from_ebay(&self, api: Api, daily: u64, left: u64) -> Result<(), EbayError> {
        let used = daily.saturating_sub(left);
        let learned =
            self.update_today(SYNC_USAGE_SQL, api, Timestamp::now()).bind(used.cast_signed()).bind(daily.cast_signed());
        self.execute_update(learned.bind(left.cast_signed())).await
    }

    /// Today's count of an API.
    ///
    /// # Errors
    /// [`EbayError::Allowance`] where the file cannot be read.
    pub async fn usage(&self, api: Api, now: Timestamp) -> Result<QuotaUsage, EbayError> {
        let (today, next) = quota_day::current_quota_day(now);
        let row = sqlx::query_as(SELECT_USAGE_SQL).bind(&*self.application).bind(api.key()).bind(today);
        let row: Option<QuotaRow> =
            row.fetch_optional(&self.pool).await.map_err(|error| self.database_error(&error))?;
        let (counted, daily, spent_until, pause_until, pause) = row.unwrap_or_default();
        let time = |at: Option<i64>| at.and_then(|at| Timestamp::from_millisecond(at).ok());
        let (spent_until, pause_until) = (time(spent_until), time(pause_until));
        // Where the time that eBay named has come, its day has begun anew, whatever we have counted.
        let counted = if spent_until.is_some_and(|until| until <= now) { 0 } else { counted };
        let (used, daily) = (counted.cast_unsigned(), daily.map_or(api.default_daily_limit(), i64::cast_unsigned));
        let open = |until: &Timestamp| *until > now;
        let (closed, until) = match (spent_until.filter(open), pause_until.filter(open)) {
            (Some(until), _) => (Some(QuotaBlock::ReportedByEbay), until),
            (None, Some(until)) => (Some(QuotaBlock::Unconfirmed), until),
            (None, None) => ((used >= daily).then_some(QuotaBlock::LocalCount), next),
        };
        Ok(QuotaUsage { api, used, daily, until, is_exhausted: closed.is_some(), block: closed, in_doubt: pause > 0 })
    }

    /// A change of today's row.
    fn update_today<'q>(&'q self, change: &'static str, api: Api, now: Timestamp) -> QuotaUpdate<'q> {
        let (today, _) = quota_day::current_quota_day(now);
        sqlx::query(change).bind(&*self.application).bind(api.key()).bind(today)
    }

    async fn execute_update(&self, change: QuotaUpdate<'_>) -> Result<(), EbayError> {
        change.execute(&self.pool).await.map(drop).map_err(|error| self.database_error(&error))
    }

    fn database_error(&self, error: &sqlx::Error) -> EbayError {
        EbayError::QuotaStore(format!("{}: {error}", self.file.display()))
    }
}
