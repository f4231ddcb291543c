//! The event streams: events of one job or of all jobs, after any event number, as server-sent events.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>
//!
//! ```text
//! new event in the journal ──> reader wakes ──> reads a page after its position ──> connection
//! ```
//!
//! A reader holds only one page and its position, and reads the rest from the journal. So a slow connection needs no
//! more memory than a fast one.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::error::ApiError;
use super::extract::{ApiQuery, JobPath};
use super::state::{AppState, MAX_EVENT_READERS};
use api::error::{ErrorCode, ErrorResponse};
use api::events::{EventDetail, EventsQuery, LAST_EVENT_ID_HEADER, MAX_EVENT_SEQ, SseEvent};
use domain::event::Seq;
use domain::job::JobState;
use domain::job_spec::JobId;
use store::journal::{DetailLevel, Journal, JournalError};

/// Maximum events of a page.
const MAX_PAGE_EVENTS: usize = 256;

/// Bytes at which a page is full. Its last event may exceed this size.
const FULL_PAGE_BYTES: usize = 128 << 10;

/// Time that a reader waits after it wakes, so that it sends a page a few times per second rather than each event
/// alone.
const COALESCE_WINDOW: Duration = Duration::from_millis(50);

/// Interval of comments when there are no events, because proxies close silent connections.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEP_ALIVE_COMMENT: &[u8] = b":\n\n";

/// Sent first, so that the response starts immediately. Tells a browser to reconnect two seconds after it loses the
/// connection.
const RETRY_PREAMBLE: &[u8] = b"retry: 2000\n\n";

/// The job, level of detail and position of a reader.
#[derive(Clone, Debug)]
struct EventCursor {
    /// The job whose events are read; `None` for all jobs.
    job: Option<JobId>,
    detail: DetailLevel,
    after: Seq,
}

/// Consecutive events, formatted for the stream.
struct EventPage {
    text: Bytes,
    last_seq: Seq,
    /// True if the last event ends the work on its job until the job is resumed. A pause does not end it.
    ends_work: bool,
}

impl EventCursor {
    fn from_request(query: EventsQuery, job: Option<JobId>, headers: &HeaderMap) -> Result<Self, ApiError> {
        let requested = query.after.unwrap_or(0);
        let last_seen = headers.get(LAST_EVENT_ID_HEADER).map(|value| value.to_str().ok()?.trim().parse().ok());
        let after = match last_seen {
            Some(Some(seq)) => seq,
            Some(None) => {
                let message = "Last-Event-ID is the `id` of an event, a number";
                return Err(ApiError::new(ErrorCode::BadLastEventId, message));
            }
            None => requested,
        };
        if let Some(invalid) = [requested, after].into_iter().find(|seq| *seq > MAX_EVENT_SEQ) {
            return Err(ApiError::invalid(format!("{invalid} is not an event number")));
        }
        let detail = match query.detail {
            Some(EventDetail::Whole) => DetailLevel::Full,
            Some(EventDetail::Rows) | None => DetailLevel::Rows,
        };
        Ok(Self { job, detail, after: Seq(after) })
    }

    /// Reads the events after the cursor; `None` if there are none yet.
    async fn read_page(&self, journal: &Journal) -> Result<Option<EventPage>, JournalError> {
        if self.after >= *journal.subscribe_head().borrow() {
            return Ok(None);
        }
        let events = journal.raw_events(self.job.as_ref(), self.detail, self.after, MAX_PAGE_EVENTS).await?;
        let mut text = String::new();
        let mut last = None;
        for event in &events {
            // Writing to a string cannot fail.
            let _ = write!(text, "id: {}\nevent: {}\ndata: {}\n\n", event.seq.0, event.kind, event.json);
            last = Some(event);
            if text.len() >= FULL_PAGE_BYTES {
                break;
            }
        }
        Ok(last.map(|last| EventPage { last_seq: last.seq, ends_work: last.ends_work, text: text.into() }))
    }
}

/// Stream the events of a job
///
/// `id` is the number of the event, `event` its name, and `data` the event as JSON. The stream ends after the event
/// that ends the job. If the job has ended and has no events after the number, the response is 204, which tells a
/// browser not to reconnect.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/events", tag = "events",
    params(("job_id" = String, Path, description = "The id of the job: `batch_20240318_143022_0`"), EventsQuery,
        ("Last-Event-ID" = Option<u64>, Header, description = "The `id` of the last event that the client has seen", maximum = 9_007_199_254_740_992_i64)),
    responses(
        (status = 200, description = "The events", body = SseEvent, content_type = "text/event-stream"),
        (status = 204, description = "The job has finished; there are no more events"),
        (status = 400, description = "Last-Event-ID is not a number", body = ErrorResponse),
        (status = 404, description = "The job does not exist", body = ErrorResponse),
        (status = 422, description = "Unknown detail level, or an invalid number", body = ErrorResponse),
        (status = 503, description = "Too many readers, or the journal cannot be read", body = ErrorResponse),
    )
)]
pub(super) async fn stream_job_events(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    ApiQuery(query): ApiQuery<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let cursor = EventCursor::from_request(query, Some(job.clone()), &headers)?;
    if is_over(&state, &job).await? && cursor.read_page(state.journal()).await?.is_none() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    stream_response(state, cursor)
}

/// Stream the events of all jobs
///
/// The events have the same format as for one job. The stream does not end.
#[utoipa::path(
    get, path = "/api/events", tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<u64>, Header, description = "The `id` of the last event that the client has seen", maximum = 9_007_199_254_740_992_i64)),
    responses(
        (status = 200, description = "The events", body = SseEvent, content_type = "text/event-stream"),
        (status = 400, description = "Last-Event-ID is not a number", body = ErrorResponse),
        (status = 422, description = "Unknown detail level, or an invalid number", body = ErrorResponse),
        (status = 503, description = "Too many readers", body = ErrorResponse),
    )
)]
pub(super) async fn stream_all_events(
    State(state): State<Arc<AppState>>,
    ApiQuery(query): ApiQuery<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    stream_response(state, EventCursor::from_request(query, None, &headers)?)
}

fn stream_response(state: Arc<AppState>, cursor: EventCursor) -> Result<Response, ApiError> {
    let permit = state.reader_permits.clone().try_acquire_owned().map_err(|_| {
        ApiError::unavailable(format!(
            "{MAX_EVENT_READERS} event streams are open, and no more are allowed: close one, or try again later"
        ))
    })?;
    let head = state.journal().subscribe_head();
    let reader = EventReader { state, cursor, head, preamble_sent: false, is_finished: false, _permit: permit };
    let body = Body::from_stream(stream::unfold(reader, EventReader::next_chunk));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

/// Returns whether the job has ended or was stopped, so that nothing happens to it without a request. A pause does not
/// count, because a reader of a paused job waits until it is resumed.
async fn is_over(state: &AppState, job: &JobId) -> Result<bool, ApiError> {
    let job_state = state.journal().job_summary(job).await?.state;
    Ok(!job_state.is_active() && job_state != JobState::Paused)
}

/// One open stream.
struct EventReader {
    state: Arc<AppState>,
    cursor: EventCursor,
    /// Number of the newest event, which changes after each commit.
    head: watch::Receiver<Seq>,
    preamble_sent: bool,
    is_finished: bool,
    _permit: OwnedSemaphorePermit,
}

impl EventReader {
    /// Returns the next bytes; `None` at the end of the stream.
    async fn next_chunk(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.is_finished {
            return None;
        }
        if !std::mem::replace(&mut self.preamble_sent, true) {
            return Some((Ok(Bytes::from_static(RETRY_PREAMBLE)), self));
        }
        let bytes = self.wait_for_events().await?;
        Some((Ok(bytes), self))
    }

    /// Waits for the next page or the next keep-alive comment; `None` at the end of the stream.
    async fn wait_for_events(&mut self) -> Option<Bytes> {
        // Events of other jobs also wake the reader, and must not postpone the comment.
        let keep_alive_at = Instant::now() + KEEP_ALIVE_INTERVAL;
        loop {
            // Must come before the read: an event that is committed after the read must end the wait.
            self.head.mark_unchanged();
            match self.cursor.read_page(self.state.journal()).await {
                Ok(Some(page)) => {
                    self.cursor.after = page.last_seq;
                    self.is_finished = page.ends_work && self.is_job_over().await;
                    return Some(page.text);
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot read events; the stream ends");
                    return None;
                }
            }
            tokio::select! {
                changed = self.head.changed() => {
                    changed.ok()?;
                    tokio::time::sleep(COALESCE_WINDOW).await;
                }
                () = tokio::time::sleep_until(keep_alive_at) => return Some(Bytes::from_static(KEEP_ALIVE_COMMENT)),
                () = self.state.shutdown.cancelled() => return None,
            }
        }
    }

    async fn is_job_over(&self) -> bool {
        match &self.cursor.job {
            Some(job) => is_over(&self.state, job).await.unwrap_or(true),
            None => false,
        }
    }
}
