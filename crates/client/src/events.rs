//! The event stream of a job, which ends with the job and is resumed after a lost connection. It uses server-sent
//! events: <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::time::Duration;

use bytes::Bytes;
use eventsource_stream::Eventsource as _;
use futures::stream::{self, BoxStream};
use futures::{FutureExt as _, Stream, StreamExt};

use super::client::ServiceClient;
use super::error::ClientError;
use api::events::EventsQuery;
use domain::event::{EventEnvelope, Seq};
use domain::job_spec::JobId;
use retry::{RetryAdvice, RetryPolicy, RetrySchedule};

/// Pause between two attempts to connect.
const RECONNECT_DELAY: Duration = Duration::from_millis(500);

/// Maximum consecutive attempts without an event. A restart of the service takes some seconds.
const MAX_RECONNECT_ATTEMPTS: u32 = 20;

/// Maximum time without a byte. The service sends a comment every 15 seconds, so a longer silence is that of a frozen
/// service or of a connection that a router has forgotten.
const MAX_SILENCE: Duration = Duration::from_secs(45);

/// Maximum events that are yielded together if they have already arrived.
const MAX_EVENTS_PER_BATCH: usize = 256;

type ParsedEventStream = BoxStream<'static, Result<EventEnvelope, ClientError>>;

/// A reader of a job's events, with its position.
struct JobEventReader {
    client: ServiceClient,
    job: JobId,
    after: Seq,
    /// `None` while disconnected.
    stream: Option<ParsedEventStream>,
    /// The attempts to connect since the last event.
    reconnects: RetrySchedule,
    /// True if the last connection ended without an event.
    was_silent: bool,
}

/// Streams the events of a job after `after`, each once and in order, until the job has ended.
pub(super) fn follow_job_events(
    client: ServiceClient,
    job: JobId,
    after: Seq,
) -> BoxStream<'static, Result<Vec<EventEnvelope>, ClientError>> {
    let reader = JobEventReader { client, job, after, stream: None, reconnects: reconnects(), was_silent: false };
    stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        match reader.next_events().await {
            Ok(events) if events.is_empty() => None,
            Ok(events) => Some((Ok(events), Some(reader))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

impl JobEventReader {
    /// Returns the next events; empty if the job has ended.
    async fn next_events(&mut self) -> Result<Vec<EventEnvelope>, ClientError> {
        loop {
            let Some(stream) = &mut self.stream else {
                match open_stream(&self.client, &self.job, self.after).await {
                    Ok(Some(stream)) => self.stream = Some(stream),
                    Ok(None) => return Ok(Vec::new()),
                    Err(error) if self.reconnects.wait(retry_advice(&error)).await => {}
                    Err(error) => return Err(error),
                }
                continue;
            };
            match stream.next().await {
                Some(Ok(first)) => return Ok(self.drain_ready(first)),
                Some(Err(error @ ClientError::InvalidResponse { .. })) => return Err(error),
                // The connection broke or the job ended; the next connection tells which.
                Some(Err(_)) | None => {
                    self.stream = None;
                    if std::mem::replace(&mut self.was_silent, true) {
                        tokio::time::sleep(RECONNECT_DELAY).await;
                    }
                }
            }
        }
    }

    /// Returns `first` and the following events that have already arrived.
    fn drain_ready(&mut self, first: EventEnvelope) -> Vec<EventEnvelope> {
        (self.reconnects, self.was_silent) = (reconnects(), false);
        let mut events = vec![first];
        if let Some(stream) = &mut self.stream
            && drain_ready(stream, &mut events).is_err()
        {
            self.stream = None;
        }
        self.after = events.last().map_or(self.after, |last| last.seq);
        events
    }
}

fn reconnects() -> RetrySchedule {
    RetryPolicy::fixed(RECONNECT_DELAY).with_max_retries(MAX_RECONNECT_ATTEMPTS).start()
}

/// Returns whether to connect again: to a service that does not answer, which may be restarting.
fn retry_advice(error: &ClientError) -> RetryAdvice {
    if !matches!(error, ClientError::Unreachable { .. }) {
        return RetryAdvice::Stop;
    }
    tracing::debug!(%error, "reconnecting to the events");
    RetryAdvice::Retry
}

/// Connects to the event stream of a job; `None` if the job has ended and has no further events.
async fn open_stream(
    client: &ServiceClient,
    job: &JobId,
    after: Seq,
) -> Result<Option<ParsedEventStream>, ClientError> {
    let query = EventsQuery { after: Some(after.0), detail: None };
    let request = client.get(&format!("/api/batch/jobs/{job}/events")).query(&query);
    let response = request.send().await.map_err(|error| client.unreachable(&error))?;
    match response.status().as_u16() {
        200 => Ok(Some(parse_events(client.clone(), response.bytes_stream()))),
        204 => Ok(None),
        status => Err(client.api_error(status, &response.text().await.unwrap_or_default())),
    }
}

/// The stream ended or broke; the next connection tells which.
struct StreamEnded;

/// Appends the events that have already arrived.
fn drain_ready(stream: &mut ParsedEventStream, events: &mut Vec<EventEnvelope>) -> Result<(), StreamEnded> {
    while events.len() < MAX_EVENTS_PER_BATCH {
        match stream.next().now_or_never() {
            Some(Some(Ok(event))) => events.push(event),
            Some(_) => return Err(StreamEnded),
            None => break,
        }
    }
    Ok(())
}

/// Yields an error when nothing arrives for `limit`.
fn end_when_silent(
    bytes: impl Stream<Item = Result<Bytes, reqwest::Error>> + Send + 'static,
    limit: Duration,
) -> impl Stream<Item = Result<Bytes, String>> + Send + 'static {
    stream::unfold(bytes.boxed(), move |mut bytes| async move {
        let chunk = match tokio::time::timeout(limit, bytes.next()).await {
            Ok(chunk) => chunk?.map_err(|error| error.to_string()),
            Err(_) => Err(format!("it sent nothing for {} s", limit.as_secs())),
        };
        Some((chunk, bytes))
    })
}

fn parse_events(
    client: ServiceClient,
    bytes: impl Stream<Item = Result<Bytes, reqwest::Error>> + Send + 'static,
) -> ParsedEventStream {
    let events = end_when_silent(bytes, MAX_SILENCE).eventsource().filter(|event| {
        // A keep-alive comment has no data.
        let has_data = event.as_ref().map_or(true, |event| !event.data.is_empty());
        std::future::ready(has_data)
    });
    let parsed = events.map(move |event| match event {
        Ok(event) => serde_json::from_str(&event.data).map_err(|error| client.unreadable_response(&error)),
        Err(error) => Err(ClientError::Unreachable { address: client.address().to_owned(), why: error.to_string() }),
    });
    parsed.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(texts: &[&str]) -> Vec<Result<EventEnvelope, ClientError>> {
        let unreadable =
            |error: serde_json::Error| ClientError::InvalidResponse { address: String::new(), why: error.to_string() };
        texts.iter().map(|text| serde_json::from_str(text).map_err(unreadable)).collect()
    }

    #[tokio::test]
    async fn a_silent_connection_is_given_up() {
        let bytes = stream::once(async { Ok(Bytes::new()) }).chain(stream::pending());
        let mut chunks = Box::pin(end_when_silent(bytes, Duration::from_secs(1)));
        assert_eq!(chunks.next().await, Some(Ok(Bytes::new())));
        assert_eq!(chunks.next().await, Some(Err("it sent nothing for 1 s".to_owned())));
    }

    /// An unreadable event must not be skipped: the reader reconnects at its position and reports the error.
    #[test]
    fn an_unreadable_event_ends_the_batch_before_it() {
        let head = r#""at":"2026-11-25T08:30:35Z","job":"batch_20261125_083012_0","#;
        let texts = [
            format!(r#"{{"seq":1,{head}"event":"finished"}}"#),
            "{}".into(),
            format!(r#"{{"seq":3,{head}"event":"finished"}}"#),
        ];
        let mut stream = stream::iter(parsed(&texts.each_ref().map(String::as_str))).boxed();
        let mut events = Vec::new();
        assert!(drain_ready(&mut stream, &mut events).is_err());
        assert_eq!(events.iter().map(|event| event.seq.0).collect::<Vec<_>>(), [1]);
    }
}
