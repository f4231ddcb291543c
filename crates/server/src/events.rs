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

use super::asked::{Asked, Named};
use super::front::Front;
use super::pages::Place;
use super::problem::Problem;
use domain::batch::JobId;
use domain::event::Seq;
use domain::job::JobState;
use store::journal::View;

/// A comment is sent where nothing happened for so long: proxies close what is silent.
const SILENCE: Duration = Duration::from_secs(15);
const KEEP_ALIVE: &[u8] = b":\n\n";

/// The first words: the answer begins at once, and a client that lost it comes back after two seconds.
const WELCOME: &[u8] = b"retry: 2000\n\n";

/// The greatest number that a JSON number holds exactly.
const GREATEST: u64 = 1 << 53;

const LAST_SEEN: &str = "last-event-id";

/// From where, and how much.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct FromWhere {
    /// Events after this number; 0 is the beginning. `Last-Event-ID` is stronger.
    #[serde(default)]
    #[param(minimum = 0, maximum = 9_007_199_254_740_992_i64)]
    after: Option<u64>,
    /// `rows` leaves out what no table row shows; `whole` leaves nothing out.
    #[serde(default)]
    #[param(inline)]
    part: Option<Part>,
}

/// How much of each event.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Part {
    Rows,
    Whole,
}

impl FromWhere {
    fn place(&self, job: Option<JobId>, headers: &HeaderMap) -> Result<Place, Problem> {
        let seen = headers.get(LAST_SEEN).map(|seen| seen.to_str().ok().and_then(|seen| seen.trim().parse().ok()));
        let asked = self.after.unwrap_or(0);
        let after = match seen {
            Some(Some(seen)) => seen,
            Some(None) => {
                return Err(Problem::bad("BAD_LAST_EVENT_ID", "Last-Event-ID is the `id` of an event, a number"));
            }
            None => asked,
        };
        if let Some(strange) = [asked, after].into_iter().find(|number| *number > GREATEST) {
            return Err(Problem::invalid(format!("{strange} is no number of an event")));
        }
        let view = match self.part {
            Some(Part::Whole) => View::Whole,
            Some(Part::Rows) | None => View::Rows,
        };
        Ok(Place { job, view, after: Seq(after) })
    }
}

/// One event of the stream.
#[derive(Serialize, ToSchema)]
#[schema(as = SentEvent)]
#[allow(dead_code, reason = "pages are put together from the text that the journal keeps; this is their description")]
pub(super) struct Sent {
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
    params(("job_id" = String, Path, description = "As in `job_id`"), FromWhere,
        ("Last-Event-ID" = Option<u64>, Header, description = "The `id` of the last event that was seen", maximum = 9_007_199_254_740_992_i64)),
    responses(
        (status = 200, description = "The events", body = Sent, content_type = "text/event-stream"),
        (status = 204, description = "The job has ended, and nothing more happened"),
        (status = 400, description = "Last-Event-ID is no number", body = Problem),
        (status = 404, description = "There is no such job", body = Problem),
        (status = 422, description = "No such part, or no such number", body = Problem),
        (status = 503, description = "Too many readers, or the journal cannot be read", body = Problem),
    )
)]
pub(super) async fn of_job(
    State(front): State<Arc<Front>>,
    Named(job): Named,
    Asked(from): Asked<FromWhere>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = from.place(Some(job.clone()), &headers)?;
    if is_over(&front, &job).await? && front.pages.page(&place).await?.is_none() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    answer(front, place)
}

/// What happens to all jobs
///
/// As for one job; it does not end.
#[utoipa::path(
    get, path = "/api/events", tag = "events",
    params(FromWhere, ("Last-Event-ID" = Option<u64>, Header, description = "The `id` of the last event that was seen", maximum = 9_007_199_254_740_992_i64)),
    responses(
        (status = 200, description = "The events", body = Sent, content_type = "text/event-stream"),
        (status = 400, description = "Last-Event-ID is no number", body = Problem),
        (status = 422, description = "No such part, or no such number", body = Problem),
        (status = 503, description = "Too many readers", body = Problem),
    )
)]
pub(super) async fn of_all(
    State(front): State<Arc<Front>>,
    Asked(from): Asked<FromWhere>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = from.place(None, &headers)?;
    answer(front, place)
}

fn answer(front: Arc<Front>, place: Place) -> Result<Response, Problem> {
    let seat = front.readers.clone().try_acquire_owned();
    let seat = seat.map_err(|_| Problem::unavailable("too many read events already; try again later"))?;
    let news = front.pages.news();
    let reader = Reader { front, place, news, welcomed: false, over: false, _seat: seat };
    let body = Body::from_stream(stream::unfold(reader, Reader::next));
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

/// True where nothing happens to the job by itself any more.
async fn is_over(front: &Front, job: &JobId) -> Result<bool, Problem> {
    let state = front.journal().job(job).await?.state;
    Ok(!state.is_live() && state != JobState::Paused)
}

struct Reader {
    front: Arc<Front>,
    place: Place,
    news: watch::Receiver<Seq>,
    welcomed: bool,
    over: bool,
    _seat: OwnedSemaphorePermit,
}

impl Reader {
    /// The next bytes; `None` at the end.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.over {
            return None;
        }
        if !std::mem::replace(&mut self.welcomed, true) {
            return Some((Ok(Bytes::from_static(WELCOME)), self));
        }
        let bytes = self.wait_for_more().await?;
        Some((Ok(bytes), self))
    }

    async fn wait_for_more(&mut self) -> Option<Bytes> {
        loop {
            // Before the look: what happens between the look and the wait must ring.
            self.news.mark_unchanged();
            match self.front.pages.page(&self.place).await {
                Ok(Some(page)) => {
                    self.place.after = page.last;
                    self.over = page.ends && self.job_is_over().await;
                    return Some(page.text.clone());
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "events cannot be read");
                    return None;
                }
            }
            tokio::select! {
                rung = self.news.changed() => rung.ok()?,
                () = tokio::time::sleep(SILENCE) => return Some(Bytes::from_static(KEEP_ALIVE)),
                () = self.front.ending.cancelled() => return None,
            }
        }
    }

    async fn job_is_over(&self) -> bool {
        match &self.place.job {
            Some(job) => is_over(&self.front, job).await.unwrap_or(true),
            None => false,
        }
    }
}
