//! What happens, as server-sent events, from any number on.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::stream;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, watch};
use utoipa::{IntoParams, ToSchema};

use super::error::ApiError;
use super::event_cache::EventCursor;
use super::extract::{ApiQuery, JobPath};
use super::state::AppState;
use domain::event::Seq;
use domain::job::JobState;
use domain::job_spec::JobId;
use store::journal::DetailLevel;

/// A comment is sent where nothing happened for so long: proxies close what is silent.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);
const KEEP_ALIVE_COMMENT: &[u8] = b":\n\n";

/// The first words: the answer begins at once, and a client that lost it comes back after two seconds.
const RETRY_PREAMBLE: &[u8] = b"retry: 2000\n\n";

/// The greatest number that a JSON number holds exactly.
const MAX_EVENT_SEQ: u64 = 1 << 53;

const LAST_EVENT_ID_HEADER: &str = "last-event-id";

/// From where, and how much.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// Events after this number; 0 is the beginning. `Last-Event-ID` is stronger.
    #[serde(default)]
    #[param(minimum = 0, maximum = 9_007_199_254_740_992_i64)]
    after: Option<u64>,
    /// `rows` leaves out what no table row shows; `whole` leaves nothing out.
    #[serde(default)]
    #[param(inline)]
    #[serde(rename = "part")]
    detail: Option<EventDetail>,
}

/// How much of each event.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum EventDetail {
    Rows,
    Whole,
}

impl EventsQuery {
    fn to_cursor(&self, job: Option<JobId>, headers: &HeaderMap) -> Result<EventCursor, ApiError> {
        let seen =
            headers.get(LAST_EVENT_ID_HEADER).map(|seen| seen.to_str().ok().and_then(|seen| seen.trim().parse().ok()));
        let asked = self.after.unwrap_or(0);
        let after = match seen {
            Some(Some(seen)) => seen,
            Some(None) => {
                return Err(ApiError::bad_request(
                    "BAD_LAST_EVENT_ID",
                    "Last-Event-ID is the `id` of an event, a number",
                ));
            }
            None => asked,
        };
        if let Some(strange) = [asked, after].into_iter().find(|number| *number > MAX_EVENT_SEQ) {
            return Err(ApiError::invalid(format!("{strange} is no number of an event")));
        }
        let view = match self.detail {
            Some(EventDetail::Whole) => DetailLevel::Full,
            Some(EventDetail::Rows) | None => DetailLevel::Rows,
        };
        Ok(EventCursor { job, view, after: Seq(after) })
    }
}

/// One event of the stream.
#[derive(Serialize, ToSchema)]
#[schema(as = SentEvent)]
#[allow(dead_code, reason = "pages are put together from the text that the journal keeps; this is their description")]
pub(super) struct SseEventSchema {
    /// Its number.
    id: String,
    /// The name of its fact: `item`, `finished`.
    event: String,
    /// The event as JSON: `seq`, `at`, `job`, `event`, and what belongs to its fact.
    data: String,
}

/// What happens to a job
///
/// `id` is the event's number, `event` the name of its fact, `data` the event as JSON. It ends after the event that ends
/// the job; a job that has ended and has no events after the number answers 204, which tells a browser not to come back.
#[utoipa::path(
    get, path = "/api/batch/jobs/{job_id}/events", tag = "events",
    params(("job_id" = String, Path, description = "As in `job_id`"), EventsQuery,
        ("Last-Event-ID" = Option<u64>, Header, description = "The `id` of the last event that was seen", maximum = 9_007_199_254_740_992_i64)),
    responses(
        (status = 200, description = "The events", body = SseEventSchema, content_type = "text/event-stream"),
        (status = 204, description = "The job has ended, and nothing more happened"),
        (status = 400, description = "Last-Event-ID is no number", body = ApiError),
        (status = 404, description = "There is no such job", body = ApiError),
        (status = 422, description = "No such part, or no such number", body = ApiError),
        (status = 503, description = "Too many readers, or the journal cannot be read", body = ApiError),
    )
)]
pub(super) async fn stream_job_events(
    State(state): State<Arc<AppState>>,
    JobPath(job): JobPath,
    ApiQuery(from): ApiQuery<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let place = from.to_cursor(Some(job.clone()), &headers)?;
    if is_over(&state, &job).await? && state.event_cache.page_after(&place).await?.is_none() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    stream_response(state, place)
}

/// What happens to all jobs
///
/// As for one job; it does not end.
#[utoipa::path(
    get, path = "/api/events", tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<u64>, Header, description = "The `id` of the last event that was seen", maximum = 9_007_199_254_740_992_i64)),
    responses(
        (status = 200, description = "The events", body = SseEventSchema, content_type = "text/event-stream"),
        (status = 400, description = "Last-Event-ID is no number", body = ApiError),
        (status = 422, description = "No such part, or no such number", body = ApiError),
        (status = 503, description = "Too many readers", body = ApiError),
    )
)]
pub(super) async fn stream_all_events(
    State(state): State<Arc<AppState>>,
    ApiQuery(from): ApiQuery<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let place = from.to_cursor(None, &headers)?;
    stream_response(state, place)
}

fn stream_response(state: Arc<AppState>, place: EventCursor) -> Result<Response, ApiError> {
    let permit = state.reader_permits.clone().try_acquire_owned();
    let permit = permit.map_err(|_| ApiError::unavailable("too many read events already; try again later"))?;
    let messages = state.event_cache.subscribe();
    let reader = SseEventStream {
        front: state,
        cursor: place,
        head: messages,
        preamble_sent: false,
        is_finished: false,
        _permit: permit,
    };
    let body = Body::from_stream(stream::unfold(reader, SseEventStream::next_chunk));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

/// True where nothing happens to the job by itself any more.
async fn is_over(app_state: &AppState, job: &JobId) -> Result<bool, ApiError> {
    let state = app_state.journal().job_summary(job).await?.state;
    Ok(!state.is_active() && state != JobState::Paused)
}

struct SseEventStream {
    front: Arc<AppState>,
    cursor: EventCursor,
    head: watch::Receiver<Seq>,
    preamble_sent: bool,
    is_finished: bool,
    _permit: OwnedSemaphorePermit,
}

impl SseEventStream {
    /// The next bytes; `None` at the end.
    async fn next_chunk(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.is_finished {
            return None;
        }
        if !std::mem::replace(&mut self.preamble_sent, true) {
            return Some((Ok(Bytes::from_static(RETRY_PREAMBLE)), self));
        }
        let bytes = self.wait_for_more().await?;
        Some((Ok(bytes), self))
    }

    async fn wait_for_more(&mut self) -> Option<Bytes> {
        loop {
            // Before the look: what happens between the look and the wait must ring.
            self.head.mark_unchanged();
            match self.front.event_cache.page_after(&self.cursor).await {
                Ok(Some(page)) => {
                    self.cursor.after = page.last_seq;
                    self.is_finished = page.ends_work && self.is_job_over().await;
                    return Some(page.text.clone());
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "events cannot be read");
                    return None;
                }
            }
            tokio::select! {
                rung = self.head.changed() => rung.ok()?,
                () = tokio::time::sleep(KEEP_ALIVE_INTERVAL) => return Some(Bytes::from_static(KEEP_ALIVE_COMMENT)),
                () = self.front.shutdown.cancelled() => return None,
            }
        }
    }

    async fn is_job_over(&self) -> bool {
        match &self.cursor.job {
            Some(job) => is_over(&self.front, job).await.unwrap_or(true),
            None => false,
        }
    }
}
