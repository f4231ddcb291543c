//! How often eBay may still be asked today: counted per API, durable, and shared by all processes of a data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::api::Api;
use super::day;
use super::error::EbayError;

const FILE: &str = "ebay.db";

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS calls (
        api TEXT NOT NULL,
        day TEXT NOT NULL,
        used INTEGER NOT NULL,
        daily INTEGER,
        spent_until TEXT,
        PRIMARY KEY (api, day)
    ) STRICT, WITHOUT ROWID";

/// The count of one API's calls today.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Used {
    pub api: Api,
    pub used: u64,
    /// What eBay says that this application has, or else its documented default.
    pub daily: u64,
    /// When the count begins anew.
    pub until: Timestamp,
    /// True where eBay itself said that nothing is left, or our count says so.
    pub spent: bool,
}

impl Used {
    /// Calls that are left today.
    pub fn left(&self) -> u64 {
        if self.spent { 0 } else { self.daily.saturating_sub(self.used) }
    }
}

/// The counts of a data folder.
#[derive(Clone)]
pub struct Allowance {
    pool: SqlitePool,
    file: Arc<PathBuf>,
}

type Row = (i64, Option<i64>, Option<String>);

impl Allowance {
    /// Opens `ebay.db` in the data folder, and makes both where they are not there.
    ///
    /// # Errors
    /// [`EbayError::Allowance`] with the name of the file.
    pub async fn open(dir: &Path) -> Result<Self, EbayError> {
        let file = dir.join(FILE);
        let failed = |error: String| EbayError::Allowance(format!("{}: {error}", file.display()));
        std::fs::create_dir_all(dir).map_err(|error| failed(error.to_string()))?;
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal);
        let pool = SqlitePoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
        let pool = pool.connect_with(options).await.map_err(|error| failed(error.to_string()))?;
        sqlx::query(TABLE).execute(&pool).await.map_err(|error| failed(error.to_string()))?;
        Ok(Self { pool, file: Arc::new(file) })
    }

    /// Counts one call that is about to be made.
    ///
    /// # Errors
    /// [`EbayError::Spent`] where the day's limit is used up.
    pub(super) async fn take(&self, api: Api) -> Result<(), EbayError> {
        let used = self.used(api, Timestamp::now()).await?;
        if used.left() == 0 {
            return Err(EbayError::Spent { api: api.key(), until: used.until });
        }
        self.add(api, 1).await
    }

    /// Counts calls that were made beyond the one that was announced.
    pub(super) async fn add(&self, api: Api, calls: u32) -> Result<(), EbayError> {
        let (today, _) = day::of(Timestamp::now());
        let counted = sqlx::query(
            "INSERT INTO calls (api, day, used) VALUES (?1, ?2, ?3)
             ON CONFLICT (api, day) DO UPDATE SET used = used + ?3",
        );
        let counted = counted.bind(api.key()).bind(today).bind(i64::from(calls)).execute(&self.pool).await;
        counted.map(drop).map_err(|error| self.failed(&error))
    }

    /// EBay says that nothing is left until then.
    pub(super) async fn spent(&self, api: Api, until: Timestamp) -> Result<(), EbayError> {
        let (today, _) = day::of(Timestamp::now());
        let noted = sqlx::query(
            "INSERT INTO calls (api, day, used, spent_until) VALUES (?1, ?2, 0, ?3)
             ON CONFLICT (api, day) DO UPDATE SET spent_until = ?3",
        );
        let noted = noted.bind(api.key()).bind(today).bind(until.to_string()).execute(&self.pool).await;
        noted.map(drop).map_err(|error| self.failed(&error))
    }

    /// EBay says how many calls this application has a day, and how many of them are left. It counts other programs of
    /// the same keyset too, so its count stands over ours.
    pub(super) async fn learn(&self, api: Api, daily: u64, left: u64) -> Result<(), EbayError> {
        let (today, _) = day::of(Timestamp::now());
        let used = daily.saturating_sub(left);
        let noted = sqlx::query(
            "INSERT INTO calls (api, day, used, daily) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (api, day) DO UPDATE SET used = ?3, daily = ?4,
                 spent_until = iif(?5 > 0, NULL, spent_until)",
        );
        let noted = noted.bind(api.key()).bind(today).bind(used.cast_signed()).bind(daily.cast_signed());
        let noted = noted.bind(left.cast_signed()).execute(&self.pool).await;
        noted.map(drop).map_err(|error| self.failed(&error))
    }

    /// Today's count of an API.
    ///
    /// # Errors
    /// [`EbayError::Allowance`] where the file cannot be read.
    pub async fn used(&self, api: Api, now: Timestamp) -> Result<Used, EbayError> {
        let (today, next) = day::of(now);
        let row = sqlx::query_as("SELECT used, daily, spent_until FROM calls WHERE api = ?1 AND day = ?2");
        let row: Option<Row> =
            row.bind(api.key()).bind(today).fetch_optional(&self.pool).await.map_err(|e| self.failed(&e))?;
        let (counted, daily, spent_until) = row.unwrap_or_default();
        let spent_until = spent_until.and_then(|text| text.parse::<Timestamp>().ok());
        // Where the time that eBay named has come, its day has begun anew, whatever we have counted.
        let counted = if spent_until.is_some_and(|until| until <= now) { 0 } else { counted };
        let spent_until = spent_until.filter(|until| *until > now);
        let (used, daily) = (counted.cast_unsigned(), daily.map_or(api.daily(), i64::cast_unsigned));
        Ok(Used { api, used, daily, until: spent_until.unwrap_or(next), spent: spent_until.is_some() || used >= daily })
    }

    fn failed(&self, error: &sqlx::Error) -> EbayError {
        EbayError::Allowance(format!("{}: {error}", self.file.display()))
    }
}
