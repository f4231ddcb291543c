//! Receives the photos of a form. They are stored in unnamed temporary files, which the system removes when the process
//! ends.

use std::io;
use std::path::Path;

use axum::extract::multipart::Field;
use axum::extract::{FromRequest as _, Multipart, Request};
use futures::TryFutureExt as _;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};

use super::body_receiver::{BodyReceiver, UPLOAD_TIMEOUT};
use super::error::ApiError;
use super::upload_list::is_form;
use super::upload_store::safe_file_name;
use api::error::ErrorCode;
use api::photos::{MAX_PHOTO_BYTES, MAX_PHOTO_REQUEST_BYTES, MAX_REQUEST_PHOTOS};

/// Receives the photos of a request.
const PHOTOS_BODY: BodyReceiver = BodyReceiver::new("photos");

/// A received photo.
pub(super) struct SentPhoto {
    /// File name without a folder.
    pub(super) name: String,
    file: File,
}

impl SentPhoto {
    /// Returns the content.
    pub(super) async fn read_content(mut self) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        self.file.rewind().await?;
        self.file.read_to_end(&mut content).await?;
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
    PHOTOS_BODY.receive_within(UPLOAD_TIMEOUT, receive_files(dir, request)).await
}

async fn receive_files(dir: &Path, request: Request) -> Result<Vec<SentPhoto>, ApiError> {
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|error| PHOTOS_BODY.unreadable_error(&error.body_text()))?;
    let (mut photos, mut received_bytes) = (Vec::new(), 0);
    while let Some(field) = PHOTOS_BODY.next_part(form.next_field().map_err(|error| error.body_text())).await? {
        let Some(file_name) = field.file_name() else {
            let name = field.name().unwrap_or_default();
            return Err(ApiError::invalid(format!("the field {name:?} is not a file; send only photos")));
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
    let dir = dir.to_owned();
    let created = files::run_blocking(move || tempfile::tempfile_in(dir)).await;
    let mut file = File::from_std(created.map_err(|error| write_error(&error))?);
    let mut bytes = 0;
    while let Some(chunk) = PHOTOS_BODY.next_part(field.chunk().map_err(|error| error.body_text())).await? {
        bytes += chunk.len();
        *received_bytes += chunk.len();
        if bytes > MAX_PHOTO_BYTES || *received_bytes > MAX_PHOTO_REQUEST_BYTES {
            let message = format!(
                "a photo has at most {MAX_PHOTO_BYTES} bytes, and the photos of a request {MAX_PHOTO_REQUEST_BYTES}"
            );
            return Err(ApiError::new(ErrorCode::TooLarge, message));
        }
        file.write_all(&chunk).await.map_err(|error| write_error(&error))?;
    }
    file.flush().await.map_err(|error| write_error(&error))?;
    Ok(file)
}

fn write_error(error: &io::Error) -> ApiError {
    ApiError::unavailable(format!("the photos cannot be stored: {}", files::describe_io_error(error)))
}

#[cfg(test)]
mod tests {
    use testing::runtime::{assert_leaves_task_thread, run_with_one_blocking_thread};

    use super::*;

    #[test]
    fn a_photo_is_received_and_read_without_blocking_the_runtime() {
        let dir = tempfile::tempdir().unwrap();
        let form = "--limit\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\r\n\
                    a photo\r\n--limit--\r\n";
        let content = run_with_one_blocking_thread(async {
            let request = Request::post("/").header("content-type", "multipart/form-data; boundary=limit");
            let received = receive_photos(dir.path(), request.body(form.into()).unwrap());
            let mut photos = assert_leaves_task_thread(received).await.unwrap();
            assert_leaves_task_thread(photos.remove(0).read_content()).await.unwrap()
        });
        assert_eq!(content, b"a photo");
    }
}
