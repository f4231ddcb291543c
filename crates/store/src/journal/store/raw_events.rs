//! Events as the text that is kept of them: for whoever passes them on and looks into none.

use sqlx::query_as;

use super::super::error::JournalError;
use super::codec::to_sql_integer;
use super::read_pool::ReadPool;
use domain::event::Seq;
use domain::job_spec::JobId;

/// How much of each event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum RawEventDetail {
    /// What a table row shows, and no providers' entries, samples or candidates.
    #[default]
    Rows,
    Full,
}

/// One event, in the JSON that [`domain::event::Event`] has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    pub seq: Seq,
    /// `item`, `finished`: the name of its fact.
    pub kind: String,
    pub json: String,
}

type RawEventRow = (i64, String, String, String, String);

/// As `Part::Rows`; of several candidates, a row shows the first.
const ROW_DETAIL_SQL: &str = "iif(outline, fact, json_replace(fact,
     '$.verdict.runner_up', NULL,
     '$.verdict.match.entries', json('[]'),
     '$.verdict.match.reasons', json('[]'),
     '$.verdict.match.release.tracks', NULL,
     '$.verdict.candidates', json_array(json_extract(fact, '$.verdict.candidates[0]')),
     '$.verdict.candidates[0].entries', json('[]'),
     '$.verdict.candidates[0].reasons', json('[]'),
     '$.verdict.candidates[0].release.tracks', NULL,
     '$.appraisal.samples', json('[]'),
     '$.appraisal.left_out', json('[]'),
     '$.artwork.candidates', json('[]')))";

impl ReadPool {
    /// Events after `after`, the oldest first, of one job or of all.
    pub(in crate::journal) async fn read_raw_events(
        &self,
        job: Option<&JobId>,
        view: RawEventDetail,
        after: Seq,
        at_most: usize,
    ) -> Result<Vec<RawEvent>, JournalError> {
        let event = if view == RawEventDetail::Full { "fact" } else { ROW_DETAIL_SQL };
        let of_job = if job.is_some() { "INDEXED BY events_of_job WHERE job = ?3 AND" } else { "WHERE" };
        let statement = format!(
            "SELECT seq, at, job, json_extract(fact, '$.event'), {event} FROM events {of_job} seq > ?1
             ORDER BY seq LIMIT ?2"
        );
        // Only the two words above are put together; whatever comes from outside is bound.
        let page = query_as(sqlx::AssertSqlSafe(statement)).bind(after.0.cast_signed()).bind(to_sql_integer(at_most));
        let page = match job {
            Some(job) => page.bind(job.as_str()),
            None => page,
        };
        let rows: Vec<RawEventRow> = page.fetch_all(&self.pool).await.map_err(|error| self.sql_error(&error))?;
        Ok(rows.into_iter().map(to_raw_event).collect())
    }
}

/// The keys of an event stand before those of its fact, which begins with `{`.
fn to_raw_event((seq, at, job, name, event): RawEventRow) -> RawEvent {
    let rest = event.strip_prefix('{').unwrap_or(&event);
    RawEvent {
        seq: Seq(seq.cast_unsigned()),
        kind: name,
        json: format!(r#"{{"seq":{seq},"at":"{at}","job":"{job}",{rest}"#),
    }
}
