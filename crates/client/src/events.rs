//! Server-sent events, read until the job ends: <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::time::Duration;

use bytes::Bytes;
use eventsource_stream::Eventsource as _;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};

use super::api_client::ServiceClient;
use super::error::ClientError;
use domain::event::{EventEnvelope, Seq};
use domain::job_spec::JobId;

/// Between two tries to take up a stream that broke off.
const RECONNECT_DELAY: Duration = Duration::from_millis(500);

/// Tries in a row that bring nothing: a service that restarts needs some seconds.
const MAX_RECONNECT_ATTEMPTS: u32 = 20;

/// Events that are handed over together, where they are there at the same time.
const MAX_EVENTS_PER_BATCH: usize = 256;

type ParsedEventStream = std::pin::Pin<Box<dyn Stream<Item = Result<EventEnvelope, ClientError>> + Send>>;

/// One reader of a job.
struct JobEventReader {
    client: ServiceClient,
    job: JobId,
    after: Seq,
    /// `None` while there is no connection.
    stream: Option<ParsedEventStream>,
    failed_attempts: u32,
}

/// All events of a job after one, in order and each once, until the job has ended.
pub(super) fn follow_job_events(
    service: ServiceClient,
    job: JobId,
    after: Seq,
) -> BoxStream<'static, Result<Vec<EventEnvelope>, ClientError>> {
    let reader = JobEventReader { client: service, job, after, stream: None, failed_attempts: 0 };
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
    /// The next events; none where the job has ended.
    async fn next_events(&mut self) -> Result<Vec<EventEnvelope>, ClientError> {
        loop {
            let Some(read) = &mut self.stream else {
                match open_stream(self.client.clone(), self.job.clone(), self.after).await {
                    Ok(Some(read)) => self.stream = Some(read),
                    Ok(None) => return Ok(Vec::new()),
                    Err(error @ ClientError::Unreachable { .. }) if self.failed_attempts < MAX_RECONNECT_ATTEMPTS => {
                        self.wait_to_reconnect(&error).await
                    }
                    Err(error) => return Err(error),
                }
                continue;
            };
            match read.next().await {
                Some(Ok(first)) => return Ok(self.drain_ready(first)),
                Some(Err(error @ ClientError::InvalidResponse { .. })) => return Err(error),
                // Broken off, or ended with the job: the next answer tells which.
                Some(Err(_)) | None => {
                    self.stream = None;
                    self.failed_attempts += 1;
                }
            }
        }
    }

    async fn wait_to_reconnect(&mut self, error: &ClientError) {
        tracing::debug!(%error, "the events are taken up again");
        self.failed_attempts += 1;
        tokio::time::sleep(RECONNECT_DELAY).await;
    }

    fn drain_ready(&mut self, first: EventEnvelope) -> Vec<EventEnvelope> {
        self.failed_attempts = 0;
        let mut events = vec![first];
        while events.len() < MAX_EVENTS_PER_BATCH
            && let Some(read) = &mut self.stream
            && let Some(Some(Ok(event))) = futures::FutureExt::now_or_never(read.next())
        {
            events.push(event);
        }
        self.after = events.last().map_or(self.after, |last| last.seq);
        events
    }
}

/// A connection; `None` where the job has ended and nothing more happened.
async fn open_stream(service: ServiceClient, job: JobId, after: Seq) -> Result<Option<ParsedEventStream>, ClientError> {
    let path = format!("/api/batch/jobs/{job}/events?after={}", after.0);
    let answer = service.get(&path).send().await.map_err(|error| service.unreachable_error(&error))?;
    match answer.status().as_u16() {
        200 => Ok(Some(parse_events(service.address().to_owned(), answer.bytes_stream()))),
        204 => Ok(None),
        status => Err(service.api_error(status, &answer.text().await.unwrap_or_default())),
    }
}

fn parse_events(
    address: String,
    bytes: impl Stream<Item = Result<Bytes, reqwest::Error>> + Send + 'static,
) -> ParsedEventStream {
    let events = bytes.eventsource().filter(|read| {
        // A comment that keeps the line open has no data.
        let is_event = read.as_ref().map_or(true, |event| !event.data.is_empty());
        std::future::ready(is_event)
    });
    let parsed = events.map(move |read| match read {
        Ok(event) => serde_json::from_str(&event.data)
            .map_err(|error| ClientError::InvalidResponse { address: address.clone(), why: error.to_string() }),
        Err(error) => Err(ClientError::Unreachable { address: address.clone(), why: error.to_string() }),
    });
    Box::pin(parsed)
}
