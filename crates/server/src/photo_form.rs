//! Receives the photos of a form. They are stored in unnamed temporary files, which the system removes when the process
//! ends.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::Path;
use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request};
use tokio::time::timeout;

use super::error::ApiError;
use super::upload_list::{IDLE_TIMEOUT, is_form};
use super::upload_store::safe_file_name;
use api::error::ErrorCode;
use api::photos::{MAX_PHOTO_BYTES, MAX_PHOTO_REQUEST_BYTES, MAX_REQUEST_PHOTOS};

/// Maximum time to send all photos of a request.
const RECEIVE_TIMEOUT: Duration = Duration::from_mins(10);

/// A received photo.
pub(super) struct SentPhoto {
    /// File name without a folder.
    pub(super) name: String,
    file: File,
}

impl SentPhoto {
    /// Returns the content.
    pub(super) fn read_content(mut self) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        self.file.rewind()?;
        self.file.read_to_end(&mut content)?;
        Ok(content)
    }
}

/// Receives the photos of a form, which must have at least one.
///
/// # Errors
/// Returns an error if the body is not a form, is interrupted or arrives too slowly, or if there are no, too many or
/// too large photos.
pub(super) async fn receive_photos(dir: &Path, request: Request) -> Result<Vec<SentPhoto>, ApiError> {
    if !is_form(request.headers()) {
        let message = "send the photos as multipart/form-data, a file for each: curl --form photo=@front.jpg";
        return Err(ApiError::new(ErrorCode::NotJsonType, message));
    }
    let received = timeout(RECEIVE_TIMEOUT, receive_files(dir, request)).await;
    received.map_err(|_| too_slow_error(RECEIVE_TIMEOUT))?
}

async fn receive_files(dir: &Path, request: Request) -> Result<Vec<SentPhoto>, ApiError> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| unreadable_error(&error.body_text()))?;
    let (mut photos, mut received_bytes) = (Vec::new(), 0);
    loop {
        let next = timeout(IDLE_TIMEOUT, form.next_field()).await.map_err(|_| too_slow_error(IDLE_TIMEOUT))?;
        let Some(field) = next.map_err(|error| broken_error(&error))? else { break };
        let Some(file_name) = field.file_name() else {
            let name = field.name().unwrap_or_default();
            return Err(ApiError::invalid(format!("the field {name:?} is not a file: a form has photos only")));
        };
        if photos.len() == MAX_REQUEST_PHOTOS {
            let message = format!("the form has more than {MAX_REQUEST_PHOTOS} photos, the most that a listing has");
            return Err(ApiError::invalid(message));
        }
        let number = photos.len() + 1;
        let name = safe_file_name(file_name).unwrap_or_else(|| format!("photo-{number}"));
        photos.push(SentPhoto { name, file: receive_file(dir, field, &mut received_bytes).await? });
    }
    if photos.is_empty() {
        return Err(ApiError::invalid("the form has no photo: send each as a file, curl --form photo=@front.jpg"));
    }
    Ok(photos)
}

/// Receives one file, and adds its size to `received_bytes`, the size of all files of the request.
async fn receive_file(dir: &Path, mut field: Field<'_>, received_bytes: &mut usize) -> Result<File, ApiError> {
    let mut file = tempfile::tempfile_in(dir).map_err(|error| write_error(&error))?;
    let mut bytes = 0;
    loop {
        let next = timeout(IDLE_TIMEOUT, field.chunk()).await.map_err(|_| too_slow_error(IDLE_TIMEOUT))?;
        let Some(chunk) = next.map_err(|error| broken_error(&error))? else { return Ok(file) };
        bytes += chunk.len();
        *received_bytes += chunk.len();
        if bytes > MAX_PHOTO_BYTES || *received_bytes > MAX_PHOTO_REQUEST_BYTES {
            let message = format!(
                "a photo has at most {MAX_PHOTO_BYTES} bytes, and the photos of a request {MAX_PHOTO_REQUEST_BYTES}"
            );
            return Err(ApiError::new(ErrorCode::TooLarge, message));
        }
        file.write_all(&chunk).map_err(|error| write_error(&error))?;
    }
}

fn broken_error(error: &MultipartError) -> ApiError {
    unreadable_error(&error.body_text())
}

fn unreadable_error(why: &str) -> ApiError {
    ApiError::new(ErrorCode::Unreadable, format!("the photos cannot be read from the connection: {why}"))
}

fn write_error(error: &io::Error) -> ApiError {
    ApiError::unavailable(format!("the photos cannot be stored: {error}"))
}

fn too_slow_error(limit: Duration) -> ApiError {
    ApiError::new(ErrorCode::TooSlow, format!("the photos did not arrive within {} seconds", limit.as_secs()))
}
