//! Bodies are read piece by piece under a limit, so that no service can fill our memory. The pieces come
//! decompressed, so a bomb is counted at its full size.

use bytes::{Bytes, BytesMut};
use reqwest::Response;

use super::{BodyRead, HttpError};

/// An error page is read no further than this.
const MAX_ERROR_PAGE_BYTES: usize = 64 * 1024;

/// The body that was asked for, and whether it goes on beyond that.
///
/// # Errors
/// [`HttpError::TooLarge`] as soon as the limit is passed, [`HttpError::BrokenOff`] where the connection ends early.
pub(super) async fn read_body(response: Response, read: BodyRead, limit: usize) -> Result<(Bytes, bool), HttpError> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    match read {
        BodyRead::Full => read_full(response, announced, limit).await.map(|body| (body, false)),
        BodyRead::Prefix(bytes) => {
            let body = read_prefix(response, bytes.min(limit)).await?;
            let more = body.len() == bytes.min(limit) && announced.is_none_or(|length| length > body.len());
            Ok((body, more))
        }
    }
}

/// What an error page says, as far as it comes.
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

/// The first bytes; with the last of them the connection is let go.
async fn read_prefix(mut response: Response, bytes: usize) -> Result<Bytes, HttpError> {
    let mut body = BytesMut::new();
    while body.len() < bytes {
        let Some(item) = response.chunk().await.map_err(|error| HttpError::from_reqwest(&error))? else { break };
        let room = bytes - body.len();
        body.extend_from_slice(item.get(..room).unwrap_or(&item));
    }
    Ok(body.freeze())
}
