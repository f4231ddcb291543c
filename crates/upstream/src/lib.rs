//! The outgoing HTTP client: every request to another service goes through an [`UpstreamClient`].
//!
//! ```text
//! HttpClient::upstream(config) ── one UpstreamClient per name, shared by all jobs
//! UpstreamClient::send(request)
//!   circuit   is the service known to fail?            circuit_breaker
//!   queue     first come, first served; rate limiter   request_queue
//!             shared with other processes            shared_rate_limits, cross_process_rate_limit
//!   exchange  send, read up to a limit, time out       exchange, body
//!   redirect  only if the config allows it             redirect, address
//!   retry     backoff or Retry-After, another turn     retry_after
//!   UpstreamResponse | HttpError                       response, error, error_text
//! ```
//!
//! Proxy environment variables are ignored, so that a proxy is never used unintentionally.

mod address;
pub mod batcher;
mod body;
mod circuit_breaker;
mod client;
mod cross_process_rate_limit;
mod dns;
mod error;
mod error_text;
mod exchange;
mod multipart;
mod redactor;
mod redirect;
mod request;
mod request_queue;
mod request_tracker;
mod request_window;
mod response;
mod retry_after;
mod settings;
mod shared_rate_limits;
mod upstream_client;
mod upstream_config;
mod upstream_snapshot;

pub use address::parse_base_url;
pub use body::BodyStream;
pub use circuit_breaker::{CircuitBreaker, CircuitPermit, CircuitRejection};
pub use client::HttpClient;
pub use error::{HttpError, describe_transport_error};
pub use error_text::describe_json_error;
pub use multipart::{FormFile, MultipartForm};
pub use request::UpstreamRequest;
pub use request_tracker::{RepeatedRequest, ask_about};
pub use response::{UnreadableBody, UpstreamResponse};
pub use retry_after::parse_retry_after;
pub use settings::Settings;
pub use shared_rate_limits::SharedRateLimits;
pub use upstream_client::UpstreamClient;
pub use upstream_config::{InvalidRate, Rate, RedirectPolicy, UpstreamConfig};
pub use upstream_snapshot::{CircuitState, UpstreamSnapshot};
