//! The way out, against a server that does what it is told, on a real socket.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise, and prints what it skips"
)]

extern crate draft_maker_upstream as upstream;

mod bodies;
mod circuits;
mod redirects;
mod retries;
mod setup;
mod turns;

use std::time::Duration;

use domain::provider::Provider;
use testing::http_server::Server;
use upstream::{Host, HostRules, Http, Redirects, Request, Settings};

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

fn rules(name: &'static str, base_url: &str) -> HostRules {
    HostRules {
        name: Provider::named(name),
        base_url: base_url.to_owned(),
        rate: None,
        at_once: 4,
        redirects: Redirects::None,
        refusals: &[429],
        spent: None,
    }
}

fn host_of(server: &Server, settings: &Settings) -> Host {
    Http::new(settings).expect("client").host(rules("deezer", &server.address())).expect("host")
}

fn ask(path: &str) -> Request {
    Request::path([path])
}
