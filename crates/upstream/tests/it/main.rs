//! Tests of the upstream client with a scripted server on a real socket.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_upstream as upstream;

mod asked;
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

/// Returns settings with short delays, to keep the tests fast.
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

fn config(name: &'static str, base_url: &str) -> UpstreamConfig {
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

fn upstream_at(server: &Server, settings: &Settings) -> UpstreamClient {
    HttpClient::new(settings).expect("client").upstream(config("deezer", &server.address())).expect("host")
}

fn get(path: &str) -> UpstreamRequest {
    UpstreamRequest::for_path([path])
}
