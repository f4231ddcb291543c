//! Metrics for Prometheus. Most are computed when Prometheus scrapes them.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use parking_lot::Mutex;
use prometheus_client::encoding::prometheus_text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::error::ApiError;
use super::health::count_jobs_by_state;
use domain::event::Seq;
use domain::outcome::Status;
use domain::upstream_status::UpstreamStatus;
use store::journal::Journal;

type MetricLabels = Vec<(&'static str, String)>;

/// All metrics of the service.
pub(super) struct Metrics {
    registry: Registry,
    http_responses: Family<MetricLabels, Counter>,
    jobs_by_state: Family<MetricLabels, Gauge>,
    ended_items: Family<MetricLabels, Counter>,
    /// Number of the last event whose ended item is counted.
    counted_up_to: Mutex<Seq>,
    upstream_requests: Family<MetricLabels, Counter>,
    upstream_waiting: Family<MetricLabels, Gauge>,
    upstream_circuit_open: Family<MetricLabels, Gauge>,
    event_readers: Gauge,
    newest_event: Gauge,
    uptime_seconds: Gauge,
}

impl Metrics {
    /// Creates the metrics. Only items that end after the event `newest` are counted.
    pub(super) fn new(newest: Seq) -> Self {
        let mut registry = Registry::with_prefix("draft_maker");
        let mut metrics = Self {
            registry: Registry::default(),
            http_responses: Family::default(),
            jobs_by_state: Family::default(),
            ended_items: Family::default(),
            counted_up_to: Mutex::new(newest),
            upstream_requests: Family::default(),
            upstream_waiting: Family::default(),
            upstream_circuit_open: Family::default(),
            event_readers: Gauge::default(),
            newest_event: Gauge::default(),
            uptime_seconds: Gauge::default(),
        };
        registry.register("http_answers", "Responses of this service", metrics.http_responses.clone());
        registry.register("jobs", "Jobs by state", metrics.jobs_by_state.clone());
        registry.register("items_ended", "Items finished since the service started", metrics.ended_items.clone());
        registry.register("upstream_requests", "Requests to a service", metrics.upstream_requests.clone());
        registry.register("upstream_waiting", "Requests that wait for their turn", metrics.upstream_waiting.clone());
        registry.register("upstream_left_alone", "1 while a service is paused", metrics.upstream_circuit_open.clone());
        registry.register("event_readers", "Open event streams", metrics.event_readers.clone());
        registry.register("journal_newest_event", "The number of the newest event", metrics.newest_event.clone());
        registry.register("uptime_seconds", "Seconds since the service started", metrics.uptime_seconds.clone());
        for status in Status::ALL {
            drop(metrics.ended_items.get_or_create(&vec![("status", status.as_str().to_owned())]));
        }
        metrics.registry = registry;
        metrics
    }

    /// Updates the metrics that are computed at scrape time, and returns all metrics in Prometheus' text format.
    ///
    /// # Errors
    /// Returns an error if the journal cannot be read.
    pub(super) async fn scrape(
        &self,
        journal: &Journal,
        upstreams: &[UpstreamStatus],
        event_readers: usize,
        uptime: Duration,
    ) -> Result<String, ApiError> {
        for (state, count) in count_jobs_by_state(journal).await {
            self.jobs_by_state.get_or_create(&vec![("state", state.to_owned())]).set(to_gauge_value(count));
        }
        let from = *self.counted_up_to.lock();
        let (newest, ended) = journal.count_outcomes_since(from).await?;
        self.add_ended(from, newest, ended);
        for upstream in upstreams {
            let labels = vec![("service", upstream.name.clone())];
            self.upstream_requests.get_or_create(&labels).inner().store(upstream.requests, Ordering::Relaxed);
            self.upstream_waiting.get_or_create(&labels).set(to_gauge_value(upstream.waiting));
            self.upstream_circuit_open.get_or_create(&labels).set(i64::from(upstream.circuit_open));
        }
        self.event_readers.set(to_gauge_value(event_readers as u64));
        self.newest_event.set(to_gauge_value(newest.0));
        self.uptime_seconds.set(to_gauge_value(uptime.as_secs()));
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(|error| ApiError::unavailable(error.to_string()))?;
        Ok(text)
    }

    /// Counts ended items, unless a concurrent scrape has already counted them.
    fn add_ended(&self, from: Seq, newest: Seq, ended: Vec<(String, u64)>) {
        let mut counted = self.counted_up_to.lock();
        if *counted != from {
            return;
        }
        *counted = newest;
        for (status, count) in ended {
            self.ended_items.get_or_create(&vec![("status", status)]).inc_by(count);
        }
    }
}

fn to_gauge_value(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Counts every response by route and status. Used as middleware.
pub(super) async fn count_response(State(metrics): State<Arc<Metrics>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let labels = vec![("route", route), ("status", response.status().as_u16().to_string())];
    metrics.http_responses.get_or_create(&labels).inc();
    response
}
