//! Events as the text that is kept of them: for whoever passes them on and looks into none.

use sqlx::query_as;

use super::super::error::JournalError;
use super::reading::Store;
use super::rows::limit;
use domain::batch::JobId;
use domain::event::Seq;

/// How much of each event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum View {
    /// What a table row shows, and no providers' entries, samples or candidates.
    #[default]
    Rows,
    Whole,
}

/// One event, in the JSON that [`domain::event::Event`] has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub seq: Seq,
    /// `item`, `finished`: the name of its fact.
    pub name: String,
    pub json: String,
}

type Row = (i64, String, String, String, String);

/// As `Part::Rows`; of several candidates, a row shows the first.
const ROWS: &str = "iif(outline, fact, json_replace(fact,
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

impl Store {
    /// Events after `after`, the oldest first, of one job or of all.
    pub(in crate::journal) async fn told(
        &self,
        job: Option<&JobId>,
        view: View,
        after: Seq,
        at_most: usize,
    ) -> Result<Vec<Told>, JournalError> {
        let fact = if view == View::Whole { "fact" } else { ROWS };
        let of_job = if job.is_some() { "INDEXED BY events_of_job WHERE job = ?3 AND" } else { "WHERE" };
        let statement = format!(
            "SELECT seq, at, job, json_extract(fact, '$.event'), {fact} FROM events {of_job} seq > ?1
             ORDER BY seq LIMIT ?2"
        );
        // Only the two words above are put together; whatever comes from outside is bound.
        let page = query_as(sqlx::AssertSqlSafe(statement)).bind(after.0.cast_signed()).bind(limit(at_most));
        let page = match job {
            Some(job) => page.bind(job.as_str()),
            None => page,
        };
        let rows: Vec<Row> = page.fetch_all(&self.pool).await.map_err(|error| self.sql(&error))?;
        Ok(rows.into_iter().map(told).collect())
    }
}

/// The keys of an event stand before those of its fact, which begins with `{`.
fn told((seq, at, job, name, fact): Row) -> Told {
    let rest = fact.strip_prefix('{').unwrap_or(&fact);
    Told { seq: Seq(seq.cast_unsigned()), name, json: format!(r#"{{"seq":{seq},"at":"{at}","job":"{job}",{rest}"#) }
}
