//! Reads response bodies in chunks with a size limit, so that no service can exhaust memory. The limit applies after
//! decompression, which covers decompression bombs.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::HttpError;
use super::request::BodyRead;

/// Maximum bytes to read of an error page.
const MAX_ERROR_PAGE_BYTES: usize = 64 * 1024;

/// A response body that is read in chunks, see [`super::UpstreamRequest::stream_body`]. Clones share it.
#[derive(Clone, Debug)]
pub struct BodyStream {
    response: Arc<Mutex<Response>>,
    idle_timeout: Duration,
}

impl BodyStream {
    /// Wraps a response. Each chunk must arrive within `idle_timeout`.
    pub(super) fn new(response: Response, idle_timeout: Duration) -> Self {
        Self { response: Arc::new(Mutex::new(response)), idle_timeout }
    }

    /// Returns the next chunk; `None` at the end.
    ///
    /// # Errors
    /// Returns [`HttpError::Timeout`] if no data arrives within the idle timeout, and [`HttpError::Interrupted`] if
    /// the connection ends early.
    pub async fn next_chunk(&self) -> Result<Option<Bytes>, HttpError> {
        let mut response = self.response.lock().await;
        let chunk = timeout(self.idle_timeout, response.chunk()).await;
        chunk.map_err(|_| HttpError::Timeout { after: self.idle_timeout })?.map_err(|e| HttpError::from_reqwest(&e))
    }
}

/// Reads the requested part of the body. The returned flag is true if there is more.
///
/// # Errors
/// Returns [`HttpError::TooLarge`] if the body exceeds the limit, and [`HttpError::Interrupted`] if the connection
/// ends early.
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

/// Reads an error page; returns an empty body if reading fails.
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

/// Reads the first bytes. If there are more, the connection is closed.
async fn read_prefix(mut response: Response, bytes: usize) -> Result<Bytes, HttpError> {
    let mut body = BytesMut::new();
    while body.len() < bytes {
        let Some(chunk) = response.chunk().await.map_err(|error| HttpError::from_reqwest(&error))? else { break };
        let room = bytes - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
    }
    Ok(body.freeze())
}
