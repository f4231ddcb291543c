//! Reads bodies chunk by chunk under a limit, so that no service can fill the memory. The chunks are decompressed, so the
//! limit holds for a decompression bomb too.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::HttpError;
use super::request::BodyRead;

/// Maximum bytes that are read of an error page.
const MAX_ERROR_PAGE_BYTES: usize = 64 * 1024;

/// The body of a response that is read piece by piece, see [`super::UpstreamRequest::stream_body`]. Clones share it.
#[derive(Clone, Debug)]
pub struct BodyStream {
    response: Arc<Mutex<Response>>,
    idle_timeout: Duration,
}

impl BodyStream {
    /// Takes over a response. Each piece may take `idle_timeout`.
    pub(super) fn new(response: Response, idle_timeout: Duration) -> Self {
        Self { response: Arc::new(Mutex::new(response)), idle_timeout }
    }

    /// Returns the next bytes; `None` at the end.
    ///
    /// # Errors
    /// Returns [`HttpError::Timeout`] if nothing arrives for the maximum time of an attempt, and [`HttpError::Interrupted`] if
    /// the connection ends early.
    pub async fn next_chunk(&self) -> Result<Option<Bytes>, HttpError> {
        let mut response = self.response.lock().await;
        let chunk = timeout(self.idle_timeout, response.chunk()).await;
        chunk.map_err(|_| HttpError::Timeout { after: self.idle_timeout })?.map_err(|e| HttpError::from_reqwest(&e))
    }
}

/// Reads the part of the body that was requested. Returns true with it if there is more.
///
/// # Errors
/// Returns [`HttpError::TooLarge`] as soon as the limit is passed, and [`HttpError::Interrupted`] if the connection ends
/// early.
pub(super) async fn read_body(response: Response, read: BodyRead, limit: usize) -> Result<(Bytes, bool), HttpError> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    match read {
        BodyRead::Full => read_full(response, announced, limit).await.map(|body| (body, false)),
        BodyRead::Prefix(bytes) => {
            let body = read_prefix(response, bytes.min(limit)).await?;
            let more = body.len() == bytes.min(limit) && announced.is_none_or(|length| length > body.len());
            Ok((body, more))
        }
        BodyRead::Streamed => Ok((read_error_page(response).await, false)),
    }
}

/// Reads an error page, or as much of it as arrives.
pub(super) async fn read_error_page(response: Response) -> Bytes {
    read_prefix(response, MAX_ERROR_PAGE_BYTES).await.unwrap_or_default()
}

async fn read_full(response: Response, announced: Option<usize>, limit: usize) -> Result<Bytes, HttpError> {
    if announced.is_some_and(|length| length > limit) {
        return Err(HttpError::TooLarge { limit });
    }
    let body = read_prefix(response, limit.saturating_add(1)).await?;
    if body.len() > limit { Err(HttpError::TooLarge { limit }) } else { Ok(body) }
}

/// Reads the first bytes. The connection is closed after them if there are more.
async fn read_prefix(mut response: Response, bytes: usize) -> Result<Bytes, HttpError> {
    let mut body = BytesMut::new();
    while body.len() < bytes {
        let Some(chunk) = response.chunk().await.map_err(|error| HttpError::from_reqwest(&error))? else { break };
        let room = bytes - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
    }
    Ok(body.freeze())
}
