//! The one way out: every request that leaves the program goes through a [`Host`].
//!
//! ```text
//! Http::host(rules) ── one Host for a name, shared by all jobs
//! Host::get(request)
//!   circuit   sick? say so at once                     circuit
//!   turn      first come, first served; the rate       turn, pace (shared by processes)
//!   exchange  send, read up to a limit, a time-out     exchange, body
//!   redirect  only where the host's rules allow it     redirect, address
//!   retry     its own turn each; Retry-After           retry, retry_after
//!   Reply | HttpError                                  reply, error, words
//! ```
//!
//! The environment's proxy variables are not read: a proxy is never a surprise here.

mod address;
mod body;
mod circuit_breaker;
mod client;
mod cross_process_rate_limit;
mod error;
mod error_text;
mod exchange;
mod redirect;
mod request;
mod request_queue;
mod request_window;
mod response;
pub mod retry;
mod retry_after;
mod settings;
mod upstream_client;
mod upstream_config;
mod upstream_snapshot;

pub use circuit_breaker::{CircuitBreaker, CircuitPermit, CircuitRejection};
pub use client::HttpClient;
pub use error::HttpError;
pub use request::{BodyRead, UpstreamRequest};
pub use response::UpstreamResponse;
pub use settings::Settings;
pub use upstream_client::UpstreamClient;
pub use upstream_config::{Rate, RedirectPolicy, UpstreamConfig};
pub use upstream_snapshot::{CircuitState, UpstreamSnapshot};
