//! Bodies are read piece by piece under a limit, so that no service can fill our memory. The pieces come
//! decompressed, so a bomb is counted at its full size.

use bytes::{Bytes, BytesMut};
use reqwest::Response;

use super::{HttpError, Read};

/// An error page is read no further than this.
const ERROR_PAGE: usize = 64 * 1024;

/// The body that was asked for, and whether it goes on beyond that.
///
/// # Errors
/// [`HttpError::TooLarge`] as soon as the limit is passed, [`HttpError::BrokenOff`] where the connection ends early.
pub(super) async fn read(response: Response, read: Read, limit: usize) -> Result<(Bytes, bool), HttpError> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    match read {
        Read::Whole if announced.is_some_and(|length| length > limit) => Err(HttpError::TooLarge { limit }),
        Read::Whole => match start(response, limit).await? {
            (_, true) => Err(HttpError::TooLarge { limit }),
            whole => Ok(whole),
        },
        Read::Start(bytes) => start(response, bytes.min(limit)).await,
    }
}

/// What an error page says, as far as it comes.
pub(super) async fn error_page(response: Response) -> Bytes {
    start(response, ERROR_PAGE).await.map(|(body, _)| body).unwrap_or_default()
}

async fn start(mut response: Response, bytes: usize) -> Result<(Bytes, bool), HttpError> {
    let mut body = BytesMut::new();
    while let Some(piece) = response.chunk().await.map_err(|error| HttpError::of_wire(&error))? {
        let room = bytes - body.len();
        body.extend_from_slice(piece.get(..room).unwrap_or(&piece));
        if piece.len() > room {
            return Ok((body.freeze(), true));
        }
    }
    Ok((body.freeze(), false))
}
