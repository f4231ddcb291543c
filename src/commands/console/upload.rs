//! Uploads a local file to a bucket: as a new object, or over the exact generation that the operator was shown.

use std::path::Path;

use super::gcs_connection::GcsConnection;
use console::{Location, ResolvedAddress, UploadError, UserMessage};
use input::Source;
use input::gcs::{BucketName, GcsError, ObjectName};

/// Maximum size of an upload in bytes. A list of a million barcodes takes about 14 MB.
const MAX_UPLOAD_BYTES: u64 = 64 << 20;

/// Uploads a file. Never overwrites an object that the operator was not shown.
pub(super) async fn upload_file(
    gcs: &GcsConnection,
    file: &str,
    to: &str,
    over: Option<i64>,
) -> Result<ResolvedAddress, UploadError> {
    let (bucket, object) = upload_target(file, to)?;
    let content = read_upload(file).await?.into();
    let client = gcs.connect().await?;
    let written = match over {
        None => client.create_object(&bucket, &object, content).await,
        Some(generation) => client.replace_object(&bucket, &object, content, generation).await,
    };
    match written {
        Ok(_) => {}
        Err(GcsError::AlreadyExists | GcsError::GenerationGone { .. }) => {
            return Err(describe_existing(gcs, &bucket, &object).await);
        }
        Err(error) => return Err(format!("gs://{bucket}/{object}: {error}").into()),
    }
    let prefix = object.as_str().rsplit_once('/').map(|(prefix, _)| format!("{prefix}/")).unwrap_or_default();
    Ok(ResolvedAddress::Location(Location::Bucket { bucket: bucket.to_string(), prefix }))
}

/// Describes the object that already exists at the target.
async fn describe_existing(gcs: &GcsConnection, bucket: &BucketName, object: &ObjectName) -> UploadError {
    let target = format!("gs://{bucket}/{object}");
    let looked = match gcs.connect().await {
        Ok(client) => client.find_object(bucket, object).await.map_err(|error| error.to_string()),
        Err(why) => Err(why),
    };
    match looked {
        Ok(Some(found)) => UploadError::AlreadyExists {
            target,
            size: found.size,
            updated: found.updated,
            generation: found.generation,
        },
        Ok(None) => {
            format!("{target} no longer exists; nothing was written. Press Enter to upload it as a new object").into()
        }
        Err(why) => format!("{target} already exists and is unchanged; it cannot be read: {why}").into(),
    }
}

/// Returns the target object. If `to` is a prefix, the name of the file is appended.
fn upload_target(file: &str, to: &str) -> Result<(BucketName, ObjectName), UploadError> {
    let name = Path::new(file).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let target = if to.ends_with('/') { format!("{to}{name}") } else { to.to_owned() };
    match target.parse::<Source>() {
        Ok(Source::Gcs { bucket, object, .. }) if !object.as_str().ends_with('/') => Ok((bucket, object)),
        _ => Err(format!("{target} is not in a bucket: write gs://bucket/name").into()),
    }
}

async fn read_upload(file: &str) -> Result<Vec<u8>, UserMessage> {
    let failed = |error: std::io::Error| format!("{file}: {}", files::describe_io_error(&error));
    let size = tokio::fs::metadata(file).await.map_err(failed)?.len();
    if size > MAX_UPLOAD_BYTES {
        return Err(format!("{file} has {size} bytes; the console uploads lists of up to {MAX_UPLOAD_BYTES} bytes"));
    }
    tokio::fs::read(file).await.map_err(failed)
}
