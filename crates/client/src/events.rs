//! Server-sent events, read until the job ends: <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use std::time::Duration;

use bytes::Bytes;
use eventsource_stream::Eventsource as _;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};

use super::error::JoinError;
use super::link::Service;
use domain::batch::JobId;
use domain::event::{Event, Seq};

/// Between two tries to take up a stream that broke off.
const BETWEEN: Duration = Duration::from_millis(500);

/// Tries in a row that bring nothing: a service that restarts needs some seconds.
const TRIES: u32 = 20;

/// Events that are handed over together, where they are there at the same time.
const TOGETHER: usize = 256;

type Read = std::pin::Pin<Box<dyn Stream<Item = Result<Event, JoinError>> + Send>>;

/// One reader of a job.
struct Reader {
    service: Service,
    job: JobId,
    after: Seq,
    /// `None` while there is no connection.
    read: Option<Read>,
    failed: u32,
}

/// All events of a job after one, in order and each once, until the job has ended.
pub(super) fn follow(service: Service, job: JobId, after: Seq) -> BoxStream<'static, Result<Vec<Event>, JoinError>> {
    let reader = Reader { service, job, after, read: None, failed: 0 };
    stream::unfold(Some(reader), |reader| async {
        let mut reader = reader?;
        match reader.next().await {
            Ok(events) if events.is_empty() => None,
            Ok(events) => Some((Ok(events), Some(reader))),
            Err(error) => Some((Err(error), None)),
        }
    })
    .boxed()
}

impl Reader {
    /// The next events; none where the job has ended.
    async fn next(&mut self) -> Result<Vec<Event>, JoinError> {
        loop {
            let Some(read) = &mut self.read else {
                match connect(self.service.clone(), self.job.clone(), self.after).await {
                    Ok(Some(read)) => self.read = Some(read),
                    Ok(None) => return Ok(Vec::new()),
                    Err(error @ JoinError::Silent { .. }) if self.failed < TRIES => self.wait(&error).await,
                    Err(error) => return Err(error),
                }
                continue;
            };
            match read.next().await {
                Some(Ok(first)) => return Ok(self.with_those_behind(first)),
                Some(Err(error @ JoinError::Unreadable { .. })) => return Err(error),
                // Broken off, or ended with the job: the next answer tells which.
                Some(Err(_)) | None => {
                    self.read = None;
                    self.failed += 1;
                }
            }
        }
    }

    async fn wait(&mut self, error: &JoinError) {
        tracing::debug!(%error, "the events are taken up again");
        self.failed += 1;
        tokio::time::sleep(BETWEEN).await;
    }

    fn with_those_behind(&mut self, first: Event) -> Vec<Event> {
        self.failed = 0;
        let mut events = vec![first];
        while events.len() < TOGETHER
            && let Some(read) = &mut self.read
            && let Some(Some(Ok(event))) = futures::FutureExt::now_or_never(read.next())
        {
            events.push(event);
        }
        self.after = events.last().map_or(self.after, |last| last.seq);
        events
    }
}

/// A connection; `None` where the job has ended and nothing more happened.
async fn connect(service: Service, job: JobId, after: Seq) -> Result<Option<Read>, JoinError> {
    let path = format!("/api/batch/jobs/{job}/events?after={}", after.0);
    let answer = service.get(&path).send().await.map_err(|error| service.silent(&error))?;
    match answer.status().as_u16() {
        200 => Ok(Some(read(service.address().to_owned(), answer.bytes_stream()))),
        204 => Ok(None),
        status => Err(service.refused(status, &answer.text().await.unwrap_or_default())),
    }
}

fn read(address: String, bytes: impl Stream<Item = Result<Bytes, reqwest::Error>> + Send + 'static) -> Read {
    let events = bytes.eventsource().filter(|read| {
        // A comment that keeps the line open has no data.
        let is_event = read.as_ref().map_or(true, |event| !event.data.is_empty());
        std::future::ready(is_event)
    });
    let parsed = events.map(move |read| match read {
        Ok(event) => serde_json::from_str(&event.data)
            .map_err(|error| JoinError::Unreadable { address: address.clone(), why: error.to_string() }),
        Err(error) => Err(JoinError::Silent { address: address.clone(), why: error.to_string() }),
    });
    Box::pin(parsed)
}
