//! The way out, against a server that does what it is told, on a real socket.

mod bodies;
mod circuits;
mod redirects;
mod retries;
pub(crate) mod server;
mod setup;
mod turns;

use std::time::Duration;

use draft_maker::domain::provider::Provider;
use draft_maker::http::{Host, HostRules, Http, Redirects, Request, Settings};
use server::Server;

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
