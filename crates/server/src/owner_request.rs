//! Requests to the process that owns the store, as rows of the database.

use std::time::Duration;

use axum::http::Method;
use serde::{Deserialize, Serialize};
use store::forwarded_calls::{CallResult, CallStore};

/// The head of a forwarded request, stored as JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct RequestHead {
    pub(super) method: String,
    pub(super) uri: String,
    pub(super) headers: Vec<(String, String)>,
}

/// The head of the response to a forwarded request, stored as JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct ResponseHead {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
}

/// Requests a path of the owner. `None` if it does not answer within twice `max_wait`.
pub(super) async fn get_from_owner(calls: &CallStore, path: &str, max_wait: Duration) -> Option<Vec<u8>> {
    let head = RequestHead { method: Method::GET.to_string(), uri: path.to_owned(), headers: Vec::new() };
    let head = serde_json::to_string(&head).ok()?;
    match calls.send_within(&head, b"", max_wait).await {
        Ok(CallResult::Answered { body, .. }) => Some(body),
        _ => None,
    }
}
