//! The one way out: every request that leaves the program goes through a [`Host`].
//!
//! ```text
//! Http::host(rules) ── one Host for a name, shared by all jobs
//! Host::get(request)
//!   circuit   sick? say so at once                     circuit
//!   turn      first come, first served; the rate       turn, pace (shared by processes)
//!   exchange  send, read up to a limit, a time-out     exchange, body
//!   redirect  only where the host's rules allow it     redirect, address
//!   retry     its own turn each; Retry-After           retry
//!   Reply | HttpError                                  reply, error, words
//! ```
//!
//! The environment's proxy variables are not read: a proxy is never a surprise here.

mod address;
mod body;
mod circuit;
mod client;
mod error;
mod exchange;
mod host;
mod pace;
mod recent;
mod redirect;
mod reply;
mod request;
mod retry;
mod rules;
mod settings;
mod state;
mod turn;
mod words;

pub use client::Http;
pub use error::HttpError;
pub use host::Host;
pub use reply::Reply;
pub use request::{Read, Request};
pub use rules::{HostRules, Rate, Redirects};
pub use settings::Settings;
pub use state::{CircuitState, HostState};
