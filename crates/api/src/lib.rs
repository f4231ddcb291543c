//! Request and response types of the HTTP API, shared by the server and its client.
//!
//! Requests reject unknown keys. A response contains every key; `null` means "not known". Only [`error::ErrorResponse`]
//! omits keys.

pub mod error;
pub mod events;
pub mod items;
pub mod jobs;
mod object;
pub mod photos;
pub mod plan;
pub mod review;
pub mod scans;
pub mod service;
pub mod service_file;
pub mod uploads;

/// Header that makes a request idempotent: repeating a request with the same key and body has no further effect.
/// <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>
pub const IDEMPOTENCY_KEY_HEADER: &str = "idempotency-key";
