//! Figures for Prometheus. What can be counted when somebody asks is counted then, and costs nothing before.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::prometheus_text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::front::Front;
use super::health;
use super::problem::Problem;
use domain::event::Seq;
use domain::outcome::Status;
use upstream::CircuitState;

type Labels = Vec<(&'static str, String)>;

/// All figures.
pub(super) struct Metrics {
    registry: Registry,
    answers: Family<Labels, Counter>,
    jobs: Family<Labels, Gauge>,
    items: Family<Labels, Counter>,
    /// The event up to which items are counted.
    counted: Mutex<Seq>,
    requests: Family<Labels, Counter>,
    waiting: Family<Labels, Gauge>,
    open: Family<Labels, Gauge>,
    readers: Gauge,
    newest: Gauge,
    uptime: Gauge,
}

impl Metrics {
    /// Counts items that end after `newest`.
    pub(super) fn new(newest: Seq) -> Self {
        let mut registry = Registry::with_prefix("draft_maker");
        let mut metrics = Self {
            registry: Registry::default(),
            answers: Family::default(),
            jobs: Family::default(),
            items: Family::default(),
            counted: Mutex::new(newest),
            requests: Family::default(),
            waiting: Family::default(),
            open: Family::default(),
            readers: Gauge::default(),
            newest: Gauge::default(),
            uptime: Gauge::default(),
        };
        registry.register("http_answers", "Answers of this service", metrics.answers.clone());
        registry.register("jobs", "Jobs by state", metrics.jobs.clone());
        registry.register("items_ended", "Items that ended since the service started", metrics.items.clone());
        registry.register("upstream_requests", "Requests to a service", metrics.requests.clone());
        registry.register("upstream_waiting", "Requests that wait for their turn", metrics.waiting.clone());
        registry.register("upstream_left_alone", "1 while a service is left alone", metrics.open.clone());
        registry.register("event_readers", "Open event streams", metrics.readers.clone());
        registry.register("journal_newest_event", "The number of the newest event", metrics.newest.clone());
        registry.register("uptime_seconds", "Seconds since the service started", metrics.uptime.clone());
        for status in Status::ALL {
            drop(metrics.items.get_or_create(&vec![("status", status.key().to_owned())]));
        }
        metrics.registry = registry;
        metrics
    }

    /// Brings what is counted on demand up to now.
    async fn count(&self, front: &Front) -> Result<(), Problem> {
        for (state, count) in health::by_state(front).await {
            self.jobs.get_or_create(&vec![("state", state.to_owned())]).set(whole(count));
        }
        let from = *self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let (newest, ended) = front.journal().ended_since(from).await?;
        self.add_ended(from, newest, ended);
        for host in &front.works().hosts {
            let (state, labels) = (host.state(), vec![("service", host.name().to_string())]);
            self.requests.get_or_create(&labels).inner().store(state.requests, Ordering::Relaxed);
            self.waiting.get_or_create(&labels).set(whole(state.waiting as u64));
            let is_open = matches!(state.circuit, CircuitState::Open { .. });
            self.open.get_or_create(&labels).set(i64::from(is_open));
        }
        self.readers.set(whole(front.reading() as u64));
        self.newest.set(whole(newest.0));
        self.uptime.set(whole(front.began.elapsed().as_secs()));
        Ok(())
    }

    /// Two who ask at the same time count each item once.
    fn add_ended(&self, from: Seq, newest: Seq, ended: Vec<(String, u64)>) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if *counted != from {
            return;
        }
        *counted = newest;
        for (status, count) in ended {
            self.items.get_or_create(&vec![("status", status)]).inc_by(count);
        }
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Figures for Prometheus
#[utoipa::path(
    get, path = "/metrics", tag = "service",
    responses(
        (status = 200, description = "Prometheus' text format", body = String, content_type = "text/plain"),
        (status = 503, description = "The journal cannot be read", body = Problem),
    )
)]
pub(super) async fn metrics(State(front): State<Arc<Front>>) -> Result<Response, Problem> {
    front.metrics.count(&front).await?;
    let mut text = String::new();
    encode(&mut text, &front.metrics.registry).map_err(|error| Problem::unavailable(error.to_string()))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// Counts every answer by route and status.
pub(super) async fn count_answer(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let labels = vec![("route", route), ("status", response.status().as_u16().to_string())];
    front.metrics.answers.get_or_create(&labels).inc();
    response
}
