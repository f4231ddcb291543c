//! The way out, against a server that does what it is told, on a real socket.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_upstream as upstream;

mod batches;
mod bodies;
mod circuits;
mod redirects;
mod retries;
mod setup;
mod turns;

use std::time::Duration;

use domain::provider::Provider;
use testing::http_server::Server;
use upstream::{HttpClient, RedirectPolicy, Settings, UpstreamClient, UpstreamConfig, UpstreamRequest};

/// No patience, so that tests are quick.
fn settings() -> Settings {
    Settings {
        attempt_timeout: Duration::from_secs(10),
        total_timeout: Duration::from_secs(30),
        backoff_from: Duration::from_millis(1),
        backoff_to: Duration::from_millis(5),
        retries: 2,
        failures_to_open: 100,
        ..Settings::default()
    }
}

fn rules(name: &'static str, base_url: &str) -> UpstreamConfig {
    UpstreamConfig {
        name: Provider::from_static(name),
        base_url: base_url.to_owned(),
        rate: None,
        concurrency: 4,
        redirects: RedirectPolicy::None,
        throttle_statuses: &[429],
        quota_exhausted: None,
    }
}

fn host_of(server: &Server, settings: &Settings) -> UpstreamClient {
    HttpClient::new(settings).expect("client").upstream(rules("deezer", &server.address())).expect("host")
}

fn ask(path: &str) -> UpstreamRequest {
    UpstreamRequest::for_path([path])
}
