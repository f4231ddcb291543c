//! SQL expressions that read events in PostgreSQL. Fields that SQLite extracts from the JSON text are columns here.

use super::super::model::DetailLevel;

/// SQL expression for an event's name.
pub(in crate::journal) const EVENT_NAME: &str = "kind";

/// Returns the SQL expression for an event at a level of detail.
pub(in crate::journal) const fn event_expression(detail: DetailLevel) -> &'static str {
    match detail {
        DetailLevel::Full | DetailLevel::Outline => "fact",
        DetailLevel::Rows => "coalesce(row_fact, fact)",
    }
}

/// Returns the `FROM` and `WHERE` clauses for the events after `$1`, of job `$3` or of all jobs.
pub(in crate::journal) const fn events_after(is_of_one_job: bool, detail: DetailLevel) -> &'static str {
    match (is_of_one_job, detail) {
        (true, DetailLevel::Outline) => "FROM events WHERE seq > $1 AND job = $3 AND outline",
        (true, _) => "FROM events WHERE seq > $1 AND job = $3",
        (false, DetailLevel::Outline) => "FROM events WHERE seq > $1 AND outline",
        (false, _) => "FROM events WHERE seq > $1",
    }
}
