//! Simulates a large batch in a real journal, and the event stream of a service over it, at a rate that no upstream
//! allows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::service_file::ServiceInfo;
use axum::body::Body;
use axum::extract::{Path as Named, Query, State};
use axum::response::{IntoResponse, Response};
use domain::event::{JobEvent, Seq};
use domain::job_spec::JobId;
use domain::outcome::Status;
use futures::stream;
use jiff::Timestamp;
use store::journal::{DetailLevel, Journal};
use testing::events::{done, dry_run_spec, items_added, matched_with_details};

/// Number of UPCs in one `ItemsAdded` event.
const CHUNK: u32 = 1_000;

/// Number of tasks that write events concurrently.
const CONCURRENCY: u32 = 16;

/// Number of items whose steps are written in one transaction.
const ITEMS_PER_WRITE: usize = 100;

/// A home folder whose data directory this process owns, like a service.
pub(crate) struct Feed {
    pub(crate) home: tempfile::TempDir,
    pub(crate) job: JobId,
    journal: Journal,
}

impl Feed {
    /// Creates a batch of this many items that are not processed yet.
    pub(crate) async fn with_items(items: u32) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let journal = Journal::open(&data_dir(home.path())).await.expect("a journal");
        let job = journal.create_job(dry_run_spec(), Timestamp::now()).await.expect("a job");
        for from in (0..items).step_by(CHUNK as usize) {
            journal.append_event(&job, items_added(from..items.min(from + CHUNK))).await.expect("written");
        }
        journal.append_event(&job, JobEvent::InputClosed).await.expect("written");
        journal.append_event(&job, JobEvent::Started).await.expect("written");
        Self { home, job, journal }
    }

    /// Serves the event stream like a service, and writes its address to the data directory.
    pub(crate) async fn serve(&self) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let token = "bench".to_owned().into();
        let service_info = ServiceInfo { address, token, pid: std::process::id(), version: "bench".to_owned() };
        service_info.write_to(&data_dir(self.home.path())).expect("written");
        let events = axum::routing::get(events);
        let routes = axum::Router::new().route("/api/batch/jobs/{job}/events", events).with_state(self.journal.clone());
        tokio::spawn(async { axum::serve(listener, routes).await });
    }

    /// Writes all steps of these items, concurrently and with many in one transaction.
    pub(crate) async fn end(&self, items: std::ops::Range<u32>) {
        let tasks = (0..CONCURRENCY).map(|task| {
            let (journal, job) = (self.journal.clone(), self.job.clone());
            let mine = items.clone().skip(task as usize).step_by(CONCURRENCY as usize);
            tokio::spawn(async move {
                for numbers in mine.collect::<Vec<_>>().chunks(ITEMS_PER_WRITE) {
                    let events = numbers.iter().flat_map(|number| events_of(*number));
                    journal.append_events(&job, events.collect()).await.expect("written");
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.expect("written");
        }
    }

    /// Writes events at this rate for this time, and returns their number.
    pub(crate) async fn trickle(&self, first: u32, facts_a_second: u32, time: Duration) -> u32 {
        let (began, mut written) = (Instant::now(), 0);
        let mut tick = tokio::time::interval(Duration::from_millis(20));
        let mut events = (first..).flat_map(events_of);
        while began.elapsed() < time {
            tick.tick().await;
            let due = began.elapsed().as_millis() * u128::from(facts_a_second) / 1_000;
            let due = u32::try_from(due).expect("a short time");
            let appends = events.by_ref().take(due.saturating_sub(written) as usize);
            let appends = appends.map(|event| self.journal.append_event(&self.job, event));
            written = due;
            futures::future::try_join_all(appends.collect::<Vec<_>>()).await.expect("written");
        }
        written
    }

    /// Ends the job and releases the data directory.
    pub(crate) async fn finish(self) -> (tempfile::TempDir, JobId) {
        self.journal.append_event(&self.job, JobEvent::Completed).await.expect("written");
        self.journal.close().await;
        (self.home, self.job)
    }
}

fn data_dir(home: &Path) -> PathBuf {
    let folder = home.join(".local/share/draft-maker");
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[derive(serde::Deserialize)]
struct FromWhere {
    #[serde(default)]
    after: u64,
}

/// Streams the events of a job in the format of the service.
async fn events(State(journal): State<Journal>, Named(job): Named<String>, Query(from): Query<FromWhere>) -> Response {
    let job: Arc<JobId> = Arc::new(job.parse().expect("a job"));
    let state = (journal.clone(), journal.subscribe_head(), job, Seq(from.after));
    let body = stream::unfold(state, |(journal, mut head, job, mut after)| async move {
        loop {
            head.mark_unchanged();
            let messages = journal.raw_events(Some(&job), DetailLevel::Rows, after, 256).await.expect("events");
            if let Some(last) = messages.last() {
                after = last.seq;
                let text = messages.iter().fold(String::new(), |text, messages| {
                    text + &format!("id: {}\nevent: {}\ndata: {}\n\n", messages.seq.0, messages.kind, messages.json)
                });
                return Some((Ok::<_, std::convert::Infallible>(text), (journal, head, job, after)));
            }
            head.changed().await.ok()?;
        }
    });
    ([("Content-Type", "text/event-stream")], Body::from_stream(body)).into_response()
}

fn events_of(number: u32) -> [JobEvent; 2] {
    [matched_with_details(number), done(number, Status::NeedsReview)]
}
