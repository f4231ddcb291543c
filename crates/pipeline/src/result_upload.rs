//! Uploads a result file to a bucket without overwriting an object that someone else has written or changed.

use std::path::Path;

use bytes::Bytes;
use input::gcs::{BucketFolder, GcsClient, GcsError, ObjectName, ParseGcsNameError};
use sha2::{Digest as _, Sha256};
use store::result_uploads::UploadedFile;

use domain::result_file::is_drafts_file;

/// Maximum number of names to try for one object.
const MAX_NAME_ATTEMPTS: u32 = 100;

/// The result of uploading a file.
pub(crate) enum FileUpload {
    /// The object contains the content of the file.
    Stored(UploadedFile),
    /// The seller has changed the drafts file in the bucket, so the object is kept without the later changes.
    ChangedBySeller(UploadedFile),
}

/// The reason why a file could not be uploaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadFileError {
    #[error(transparent)]
    Gcs(#[from] GcsError),
    #[error(transparent)]
    Name(#[from] ParseGcsNameError),
    #[error("the file cannot be read: {}", files::describe_io_error(.0))]
    Read(#[from] std::io::Error),
    #[error("{MAX_NAME_ATTEMPTS} objects with such names exist already")]
    NoFreeName,
}

/// Uploads the file at `path`. `known` is the record of an earlier upload of this file.
///
/// # Errors
/// Returns [`UploadFileError`] if the file could not be uploaded.
pub(crate) async fn upload_file(
    client: &GcsClient,
    folder: &BucketFolder,
    path: &Path,
    known: Option<&UploadedFile>,
) -> Result<FileUpload, UploadFileError> {
    let (content, digest) = read_with_digest(path).await?;
    if let Some(known) = known {
        if known.digest == digest {
            return Ok(FileUpload::Stored(known.clone()));
        }
        let object = known.object.parse::<ObjectName>()?;
        match client.replace_object(folder.bucket(), &object, content.clone(), known.generation).await {
            Ok(generation) => {
                return Ok(FileUpload::Stored(UploadedFile { generation, digest, ..known.clone() }));
            }
            Err(GcsError::GenerationGone { .. } | GcsError::AlreadyExists) => {}
            Err(error) => return Err(error.into()),
        }
        let found = object_digest(client, folder, &object).await?;
        if is_drafts_file(path) && found.as_ref().is_some_and(|(_, found)| *found != digest) {
            return Ok(FileUpload::ChangedBySeller(known.clone()));
        }
    }
    create_object(client, folder, path, (content, digest)).await.map(FileUpload::Stored)
}

/// Creates the object under the file's name, with a number appended if that name is taken by another object.
async fn create_object(
    client: &GcsClient,
    folder: &BucketFolder,
    path: &Path,
    (content, digest): (Bytes, String),
) -> Result<UploadedFile, UploadFileError> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for number in 0..MAX_NAME_ATTEMPTS {
        let object = folder.object(&numbered_name(&file, number))?;
        let uploaded = |generation, digest| UploadedFile {
            file: file.clone(),
            object: object.as_str().to_owned(),
            generation,
            digest,
        };
        match client.create_object(folder.bucket(), &object, content.clone()).await {
            Ok(generation) => return Ok(uploaded(generation, digest)),
            // The object may come from this write, if its response was lost, or from a process that ended before
            // recording it.
            Err(GcsError::AlreadyExists) => match object_digest(client, folder, &object).await? {
                Some((generation, found)) if found == digest => return Ok(uploaded(generation, digest)),
                _ => {}
            },
            Err(error) => return Err(error.into()),
        }
    }
    Err(UploadFileError::NoFreeName)
}

/// Returns a name such as `batch_results_STAMP_2.json` for the number 2; for 0, the unchanged name.
fn numbered_name(file: &str, number: u32) -> String {
    match file.rsplit_once('.') {
        _ if number == 0 => file.to_owned(),
        Some((stem, extension)) => format!("{stem}_{number}.{extension}"),
        None => format!("{file}_{number}"),
    }
}

async fn read_with_digest(path: &Path) -> Result<(Bytes, String), std::io::Error> {
    let path = path.to_owned();
    files::run_blocking(move || {
        let content = std::fs::read(path)?;
        let digest = hex::encode(Sha256::digest(&content));
        Ok((Bytes::from(content), digest))
    })
    .await
}

/// Returns an object's generation and the digest of its content; `None` if it does not exist.
async fn object_digest(
    client: &GcsClient,
    folder: &BucketFolder,
    object: &ObjectName,
) -> Result<Option<(i64, String)>, GcsError> {
    let mut reader = match client.open_object(folder.bucket(), object, None).await {
        Err(GcsError::ObjectNotFound { .. }) => return Ok(None),
        opened => opened?,
    };
    let mut digest = Sha256::new();
    while let Some(chunk) = reader.next_chunk().await? {
        digest.update(&chunk);
    }
    Ok(Some((reader.generation, hex::encode(digest.finalize()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_before_the_ending() {
        assert_eq!(numbered_name("batch_results_20240318_143022_0.json", 0), "batch_results_20240318_143022_0.json");
        assert_eq!(numbered_name("batch_results_20240318_143022_0.json", 2), "batch_results_20240318_143022_0_2.json");
    }
}
