//! The services at this moment, as every face of the program shows them.

use super::app_context::AppContext;
use domain::upstream_status::UpstreamStatus;
use upstream::{CircuitState, UpstreamClient};

/// What an item costs each service, as `benches/gatherer.rs` measures it; a run's own figures replace it.
const REQUESTS_PER_ITEM: [(&str, f64); 3] = [("musicbrainz", 1.04), ("discogs", 3.0), ("coverartarchive", 5.0)];

impl AppContext {
    /// All services that are asked.
    pub fn upstream_statuses(&self) -> Vec<UpstreamStatus> {
        self.upstreams.iter().map(upstream_status).collect()
    }

    /// For whoever looks at them again and again.
    pub fn upstream_status_reader(&self) -> impl Fn() -> Vec<UpstreamStatus> + Send + use<> {
        let hosts = self.upstreams.clone();
        move || hosts.iter().map(upstream_status).collect()
    }
}

fn upstream_status(upstream: &UpstreamClient) -> UpstreamStatus {
    let (state, name) = (upstream.snapshot(), upstream.name().to_string());
    let (quiet_until, is_sick) = match state.circuit {
        CircuitState::Open { until } => (Some(until), true),
        CircuitState::Closed | CircuitState::HalfOpen => (state.paused_until, false),
    };
    UpstreamStatus {
        requests_per_item: REQUESTS_PER_ITEM.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, count)| *count),
        requests: state.requests,
        requests_last_minute: state.last_minute,
        limit_per_minute: upstream.requests_per_minute(),
        waiting: state.waiting as u64,
        name,
        paused_until: quiet_until,
        circuit_open: is_sick,
    }
}
