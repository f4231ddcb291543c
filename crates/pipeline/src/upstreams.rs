//! The services at this moment, as every face of the program shows them.

use super::works::Works;
use domain::upstream::Upstream;
use upstream::{CircuitState, Host};

/// What an item costs each service, as `benches/gatherer.rs` measures it; a run's own figures replace it.
const PER_ITEM: [(&str, f64); 3] = [("musicbrainz", 1.04), ("discogs", 3.0), ("coverartarchive", 5.0)];

impl Works {
    /// All services that are asked.
    pub fn upstreams(&self) -> Vec<Upstream> {
        self.hosts.iter().map(upstream).collect()
    }

    /// For whoever looks at them again and again.
    pub fn watch_upstreams(&self) -> impl Fn() -> Vec<Upstream> + Send + use<> {
        let hosts = self.hosts.clone();
        move || hosts.iter().map(upstream).collect()
    }
}

fn upstream(host: &Host) -> Upstream {
    let (state, name) = (host.state(), host.name().to_string());
    let (quiet_until, is_sick) = match state.circuit {
        CircuitState::Open { until } => (Some(until), true),
        CircuitState::Closed | CircuitState::HalfOpen => (state.paused_until, false),
    };
    Upstream {
        per_item: PER_ITEM.iter().find(|(known, _)| *known == name).map_or(0.0, |(_, count)| *count),
        requests: state.requests,
        last_minute: state.last_minute,
        per_minute: host.per_minute(),
        waiting: state.waiting as u64,
        name,
        quiet_until,
        is_sick,
    }
}
