//! Reads a source to its end.

use std::path::Path;

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::error::{IntakeError, ListError};
use super::gcs::{self, BucketName, ObjectName};
use super::list::InputList;
use super::parser::ListParser;
use super::settings::Settings;
use super::source::Source;
use domain::list_preview::ReadProgress;

/// How much is read at a time, in bytes.
const READ_CHUNK_BYTES: usize = 64 << 10;

/// Hears how far the reading has come, after each piece that was read.
pub type ReadProgressFn<'a> = &'a (dyn Fn(ReadProgress) + Send + Sync);

/// Reads a list.
///
/// # Errors
/// [`IntakeError`] where there is no list in it, or no way to it. Lines that are no UPCs are no errors, see
/// [`List::refused`].
pub async fn read_list(source: &Source, settings: &Settings) -> Result<InputList, IntakeError> {
    read_generation(source, None, settings).await
}

/// Reads a list as it was at a generation that an earlier run has recorded; sources without generations are read as
/// they are.
///
/// # Errors
/// As [`read`], and where that generation is gone.
pub async fn read_generation(
    source: &Source,
    generation: Option<i64>,
    settings: &Settings,
) -> Result<InputList, IntakeError> {
    read_with_progress(source, generation, settings, &|_| {}).await
}

/// The same, and somebody hears how far it has come. It may be dropped at any time.
///
/// # Errors
/// As [`read_at`].
pub async fn read_with_progress(
    source: &Source,
    generation: Option<i64>,
    settings: &Settings,
    hears: ReadProgressFn<'_>,
) -> Result<InputList, IntakeError> {
    let list = match source {
        Source::File(path) => read_file(path, settings, hears).await,
        Source::Stdin => read_pipe(tokio::io::stdin(), settings, None, hears).await,
        Source::Gcs { bucket, object } => read_object(bucket, object, generation, settings, hears).await,
    };
    list.map(|list| InputList { source_type: source.source_type(), ..list })
        .map_err(|problem| problem.with_location(source))
}

/// Looks at an object of a bucket without reading it: its generation, where it is there, may be read and is no larger
/// than a list can be.
///
/// # Errors
/// As [`read`].
pub async fn stat_source(source: &Source, settings: &Settings) -> Result<Option<i64>, IntakeError> {
    let looked = async {
        let Source::Gcs { bucket, object } = source else { return Ok(None) };
        let content = gcs::GcsClient::connect(&settings.gcs).await?.open_object(bucket, object, None).await?;
        check_size(content.size, settings)?;
        Ok(Some(content.generation))
    };
    looked.await.map_err(|problem: ListError| problem.with_location(source))
}

async fn read_file(path: &Path, settings: &Settings, hears: ReadProgressFn<'_>) -> Result<InputList, ListError> {
    let found = tokio::fs::metadata(path).await?;
    if found.is_dir() {
        return Err(ListError::Directory);
    }
    check_size(found.len(), settings)?;
    // A pipe with a path says that it has no bytes.
    let of = Some(found.len()).filter(|size| *size > 0);
    read_pipe(tokio::fs::File::open(path).await?, settings, of, hears).await
}

async fn read_pipe(
    mut pipe: impl AsyncRead + Unpin,
    settings: &Settings,
    of: Option<u64>,
    hears: ReadProgressFn<'_>,
) -> Result<InputList, ListError> {
    let mut reading = ListParser::new(settings.largest_bytes);
    let mut chunk = vec![0; READ_CHUNK_BYTES];
    loop {
        match pipe.read(&mut chunk).await? {
            0 => return reading.finish(),
            count => reading.push(&chunk[..count])?,
        }
        hears(reading.progress(of));
    }
}

async fn read_object(
    bucket: &BucketName,
    object: &ObjectName,
    generation: Option<i64>,
    settings: &Settings,
    hears: ReadProgressFn<'_>,
) -> Result<InputList, ListError> {
    let client = gcs::GcsClient::connect(&settings.gcs).await?;
    let mut content = client.open_object(bucket, object, generation).await?;
    check_size(content.size, settings)?;
    let mut reading = ListParser::new(settings.largest_bytes);
    while let Some(bytes) = content.next_chunk().await? {
        reading.push(&bytes)?;
        hears(reading.progress(Some(content.size).filter(|size| *size > 0)));
    }
    Ok(InputList { generation: Some(content.generation), ..reading.finish()? })
}

/// What says its size is refused before a byte of it is read.
fn check_size(size: u64, settings: &Settings) -> Result<(), ListError> {
    let limit = settings.largest_bytes;
    if size > limit { Err(ListError::TooLarge { size, limit }) } else { Ok(()) }
}
