//! What people decided about barcodes, in whichever batch.

use sqlx::{query_as, query_scalar};

use super::super::error::JournalError;
use super::codec::{decode_events, to_json};
use super::read_pool::ReadPool;
use domain::event::EventEnvelope;
use domain::upc::Upc;

/// The form of the file in which decisions are found by their barcode.
const DECISIONS_SCHEMA_VERSION: i64 = 5;

impl ReadPool {
    /// The decisions about these, over all jobs, the oldest first.
    pub(in crate::journal) async fn read_decisions(&self, upcs: &[Upc]) -> Result<Vec<EventEnvelope>, JournalError> {
        let form: i64 = (query_scalar("PRAGMA user_version").fetch_one(&self.pool).await)
            .map_err(|error| self.sql_error(&error))?;
        // A file that its owner has not brought to this form holds none.
        if form < DECISIONS_SCHEMA_VERSION {
            return Ok(Vec::new());
        }
        let rows = query_as(
            "SELECT events.seq, at, job, fact FROM decisions JOIN events ON events.seq = decisions.seq
             WHERE decisions.upc IN (SELECT value FROM json_each(?1)) ORDER BY events.seq",
        );
        let rows = rows.bind(to_json(&upcs)?).fetch_all(&self.pool).await.map_err(|error| self.sql_error(&error))?;
        decode_events(rows).await
    }
}
