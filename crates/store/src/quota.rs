//! Counts of eBay calls per day, API and keyset. Durable, and shared by all processes of a store. A damaged file is
//! moved aside and replaced; eBay's own count then corrects the new file.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use sqlx::sqlite::SqliteSynchronous;

use crate::location::StoreLocation;
use crate::statement::{Argument, Statement, arguments};
use crate::store_database::{StoreDatabase, StoreDatabaseError, StorePart};
use crate::store_files::{QUOTA_FILE, QUOTA_MIGRATIONS};

/// Adds calls. The count restarts at 0 if the reset time that eBay reported has passed.
const ADD_CALLS_SQL: &str = "
    INSERT INTO counts (application, api, day, used) VALUES ($1, $2, $3, $4)
    ON CONFLICT (application, api, day) DO UPDATE SET
        used = CASE WHEN counts.spent_until <= $5 THEN 0 ELSE counts.used END + $4,
        spent_until = CASE WHEN counts.spent_until <= $5 THEN NULL ELSE counts.spent_until END";

const MARK_EXHAUSTED_SQL: &str = "
    INSERT INTO counts (application, api, day, spent_until) VALUES ($1, $2, $3, $4)
    ON CONFLICT (application, api, day) DO UPDATE SET spent_until = $4, pause_until = NULL, pause = 0";

/// Doubles the pause with each refusal, but only once for callers that were refused at the same time. Macro, because
/// `min` and `max` have other names in PostgreSQL.
macro_rules! pause_calls {
    ($least:literal, $greatest:literal) => {
        concat!(
            "INSERT INTO counts (application, api, day, pause, pause_until)
             VALUES ($1, $2, $3, $6, ",
            $least,
            "($4 + $6 * 1000, $5))
             ON CONFLICT (application, api, day) DO UPDATE SET
                 pause = ",
            $greatest,
            "($6, counts.pause * 2),
                 pause_until = ",
            $least,
            "($4 + ",
            $greatest,
            "($6, counts.pause * 2) * 1000, $5)
             WHERE counts.pause_until IS NULL OR counts.pause_until <= $4"
        )
    };
}

/// Clears a pause that ended, before `$4`, at least as long ago as it lasted. Until then another refusal doubles it: eBay
/// may refuse one kind of call and answer all others. A pause further ahead was written before the clock was set back.
const CLEAR_PAUSE_SQL: &str = "
    UPDATE counts SET pause = 0, pause_until = NULL WHERE application = $1 AND api = $2 AND day = $3
        AND abs(coalesce(pause_until, 0) - $4) >= pause * 1000";

const SYNC_USAGE_SQL: &str = "
    INSERT INTO counts (application, api, day, used, daily) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (application, api, day) DO UPDATE SET
        used = $4, daily = $5, spent_until = CASE WHEN $6 > 0 THEN NULL ELSE counts.spent_until END";

const SELECT_USAGE_SQL: &str = "
    SELECT used, daily, spent_until, pause_until, pause FROM counts WHERE application = $1 AND api = $2 AND day = $3";

/// Length of the first pause after a refusal that contradicts eBay's own count.
const FIRST_PAUSE_SECONDS: i64 = 10;

/// Pacific time as a POSIX rule, so that no time zone database is needed.
const PACIFIC_TIME_ZONE: &str = "PST8PDT,M3.2.0,M11.1.0";

const STORE_PART: StorePart = StorePart {
    file_name: QUOTA_FILE,
    migrations: QUOTA_MIGRATIONS,
    // eBay's own count corrects the counts that a power loss may lose.
    synchronous: SqliteSynchronous::Normal,
    consequence: "eBay's own count of calls is taken",
};

/// The counts of one API for the current day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaCounts {
    /// Calls made today.
    pub used: u64,
    /// The daily limit that eBay reported; `None` if eBay has not reported one today.
    pub daily_limit: Option<u64>,
    /// The future time until which, according to eBay, no calls are left.
    pub exhausted_until: Option<Timestamp>,
    /// The future time until which calls are paused, because eBay refused a call for an unknown reason.
    pub paused_until: Option<Timestamp>,
    /// True if eBay has refused a call, and has not yet answered others for as long as the last pause lasted.
    pub is_in_doubt: bool,
    /// Start of eBay's next day.
    pub next_day: Timestamp,
}

/// The quota counts of one keyset in a store. Clones share the database.
#[derive(Clone, Debug)]
pub struct QuotaStore {
    database: StoreDatabase,
    application_id: Arc<str>,
}

type QuotaRow = (i64, Option<i64>, Option<i64>, Option<i64>, i64);

impl QuotaStore {
    /// Opens the counts of a store: its database, or `ebay.db` in its folder. Creates either if it does not exist.
    /// `application_id` identifies the keyset. Moves a damaged file aside to `ebay.db.damaged`.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub async fn open(location: impl Into<StoreLocation>, application_id: &str) -> Result<Self, StoreDatabaseError> {
        let location = location.into();
        let database = StoreDatabase::open(&location, STORE_PART).await?;
        Ok(Self { database, application_id: application_id.into() })
    }

    /// Adds calls that are about to be made.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the counts cannot be written.
    pub async fn add_calls(&self, api: &str, calls: u32) -> Result<(), StoreDatabaseError> {
        let now = Timestamp::now();
        self.update_today(ADD_CALLS_SQL, api, now, &[i64::from(calls), now.as_millisecond()]).await
    }

    /// Records that eBay reported no calls left until `until`.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the counts cannot be written.
    pub async fn mark_exhausted(&self, api: &str, until: Timestamp) -> Result<(), StoreDatabaseError> {
        self.update_today(MARK_EXHAUSTED_SQL, api, Timestamp::now(), &[until.as_millisecond()]).await
    }

    /// Pauses the calls of an API after eBay refused one for an unknown reason. Each pause is twice as long as the
    /// previous one and ends at `latest` at the latest.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the counts cannot be written.
    pub async fn pause_calls(&self, api: &str, latest: Timestamp) -> Result<(), StoreDatabaseError> {
        let now = Timestamp::now();
        let pause = Statement::for_each(pause_calls!("min", "max"), pause_calls!("least", "greatest"));
        let values = [now.as_millisecond(), latest.as_millisecond(), FIRST_PAUSE_SECONDS];
        self.update_today(pause, api, now, &values).await
    }

    /// Records that eBay answered a call. Ends the doubt if the last pause ended at least as long ago as it lasted.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the counts cannot be written.
    pub async fn mark_recovered(&self, api: &str) -> Result<(), StoreDatabaseError> {
        let now = Timestamp::now();
        self.update_today(CLEAR_PAUSE_SQL, api, now, &[now.as_millisecond()]).await
    }

    /// Replaces the count with eBay's own: the application's daily limit and the remaining calls. eBay also counts the
    /// calls of other programs with the same keyset.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the counts cannot be written.
    pub async fn sync_from_ebay(&self, api: &str, daily_limit: u64, remaining: u64) -> Result<(), StoreDatabaseError> {
        let used = daily_limit.saturating_sub(remaining);
        let values = [used, daily_limit, remaining].map(u64::cast_signed);
        self.update_today(SYNC_USAGE_SQL, api, Timestamp::now(), &values).await
    }

    /// Returns the counts of an API for the day of `now`.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the counts cannot be read.
    pub async fn counts(&self, api: &str, now: Timestamp) -> Result<QuotaCounts, StoreDatabaseError> {
        let (today, next_day) = current_quota_day(now);
        let wanted = arguments![&*self.application_id, api, today];
        let row: Option<QuotaRow> = self.database.fetch_optional(SELECT_USAGE_SQL, &wanted).await?;
        let (counted, daily, spent_until, pause_until, pause) = row.unwrap_or_default();
        let time = |at: Option<i64>| at.and_then(|at| Timestamp::from_millisecond(at).ok());
        let is_future = |until: &Timestamp| *until > now;
        let spent_until = time(spent_until);
        // The reset time that eBay reported has passed, so the count restarts.
        let used = if spent_until.is_some_and(|until| until <= now) { 0 } else { counted };
        Ok(QuotaCounts {
            used: used.cast_unsigned(),
            daily_limit: daily.map(i64::cast_unsigned),
            exhausted_until: spent_until.filter(is_future),
            // A pause with more time left than its length was written before the clock was set back.
            paused_until: time(pause_until)
                .filter(is_future)
                .filter(|until| until.duration_since(now).as_secs() <= pause),
            is_in_doubt: pause > 0,
            next_day,
        })
    }

    /// Updates the row for the day of `now`. `values` are the arguments from `$4` on.
    async fn update_today(
        &self,
        statement: impl Into<Statement>,
        api: &str,
        now: Timestamp,
        values: &[i64],
    ) -> Result<(), StoreDatabaseError> {
        let (today, _) = current_quota_day(now);
        let mut row = arguments![&*self.application_id, api, today].to_vec();
        row.extend(values.iter().map(|value| Argument::from(*value)));
        self.database.execute(statement, &row).await.map(drop)
    }
}

/// Returns eBay's day at `now`, such as `2026-11-24`, and the start of the next day. eBay resets its limits at
/// midnight in California (the sample of the Analytics API resets at 07:00 UTC in summer).
pub fn current_quota_day(now: Timestamp) -> (String, Timestamp) {
    let zone = TimeZone::posix(PACIFIC_TIME_ZONE).unwrap_or(TimeZone::UTC);
    let local = now.to_zoned_datetime(zone.clone());
    let tomorrow = local.date().saturating_add(1.day());
    let next_day = tomorrow.to_zoned_datetime(zone).map_or(now, |midnight| midnight.timestamp());
    (local.date().to_string(), next_day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite;

    #[test]
    fn a_day_ends_at_midnight_in_california_in_winter_and_summer() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        assert_eq!(
            current_quota_day(at("2026-11-24T02:00:00Z")),
            ("2026-11-23".to_owned(), at("2026-11-24T08:00:00Z"))
        );
        assert_eq!(
            current_quota_day(at("2026-07-01T07:00:00Z")),
            ("2026-07-01".to_owned(), at("2026-07-02T07:00:00Z"))
        );
    }

    /// Earlier versions created the table without setting a schema version.
    #[tokio::test]
    async fn a_file_of_an_earlier_version_opens() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join(QUOTA_FILE);
        let mut old = sqlite::connect(&path, sqlite::write_options(&path), &[]).await.expect("a file");
        sqlx::raw_sql(QUOTA_MIGRATIONS[0]).execute(&mut old).await.expect("the table");
        let (today, _) = current_quota_day(Timestamp::now());
        sqlx::query("INSERT INTO counts (application, api, day, used) VALUES ('app', 'browse', ?1, 7)")
            .bind(today)
            .execute(&mut old)
            .await
            .expect("a count");
        drop(old);
        let store = QuotaStore::open(dir.path(), "app").await.expect("opens");
        store.add_calls("browse", 1).await.expect("counted");
        assert_eq!(store.counts("browse", Timestamp::now()).await.expect("counts").used, 8);
    }
}
