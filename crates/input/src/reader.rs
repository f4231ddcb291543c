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

/// Bytes per read.
const READ_CHUNK_BYTES: usize = 64 << 10;

/// Called after each chunk with the progress of reading.
pub type ReadProgressFn<'a> = &'a (dyn Fn(ReadProgress) + Send + Sync);

/// Reads a list.
///
/// # Errors
/// Returns [`IntakeError`] if the source cannot be read or has no list in it. Lines without a UPC are not errors: see
/// [`InputList::rejected`].
pub async fn read_list(source: &Source, settings: &Settings) -> Result<InputList, IntakeError> {
    read_generation(source, None, settings).await
}

/// Reads a list at the generation that an earlier run recorded. Sources without generations are read as they are now.
///
/// # Errors
/// Returns [`IntakeError`] as [`read_list`] does, and if that generation no longer exists.
pub async fn read_generation(
    source: &Source,
    generation: Option<i64>,
    settings: &Settings,
) -> Result<InputList, IntakeError> {
    read_with_progress(source, generation, settings, &|_| {}).await
}

/// Reads a list as [`read_generation`] does and reports progress. The future may be dropped at any time.
///
/// # Errors
/// Returns the same errors as [`read_generation`].
pub async fn read_with_progress(
    source: &Source,
    generation: Option<i64>,
    settings: &Settings,
    on_progress: ReadProgressFn<'_>,
) -> Result<InputList, IntakeError> {
    let list = match source {
        Source::File(path) => read_file(path, settings, on_progress).await,
        Source::Stdin => read_pipe(tokio::io::stdin(), settings, None, on_progress).await,
        Source::Gcs { bucket, object } => read_object(bucket, object, generation, settings, on_progress).await,
    };
    list.map(|list| InputList { source_type: source.source_type(), ..list })
        .map_err(|error| error.with_location(source))
}

/// Checks an object of a bucket without reading it, and returns its generation. Returns `None` for other sources.
///
/// # Errors
/// Returns [`IntakeError`] if the object does not exist, may not be read, or is too large.
pub async fn stat_source(source: &Source, settings: &Settings) -> Result<Option<i64>, IntakeError> {
    let checked = async {
        let Source::Gcs { bucket, object } = source else { return Ok(None) };
        let content = gcs::GcsClient::connect(&settings.gcs).await?.open_object(bucket, object, None).await?;
        check_size(content.size, settings)?;
        Ok(Some(content.generation))
    };
    checked.await.map_err(|error: ListError| error.with_location(source))
}

async fn read_file(path: &Path, settings: &Settings, on_progress: ReadProgressFn<'_>) -> Result<InputList, ListError> {
    let found = tokio::fs::metadata(path).await?;
    if found.is_dir() {
        return Err(ListError::Directory);
    }
    check_size(found.len(), settings)?;
    // A named pipe reports a size of 0.
    let of = Some(found.len()).filter(|size| *size > 0);
    read_pipe(tokio::fs::File::open(path).await?, settings, of, on_progress).await
}

async fn read_pipe(
    mut pipe: impl AsyncRead + Unpin,
    settings: &Settings,
    of: Option<u64>,
    on_progress: ReadProgressFn<'_>,
) -> Result<InputList, ListError> {
    let mut parser = ListParser::new(settings.largest_bytes);
    let mut chunk = vec![0; READ_CHUNK_BYTES];
    loop {
        match pipe.read(&mut chunk).await? {
            0 => return parser.finish(),
            count => parser.push(&chunk[..count])?,
        }
        on_progress(parser.progress(of));
    }
}

async fn read_object(
    bucket: &BucketName,
    object: &ObjectName,
    generation: Option<i64>,
    settings: &Settings,
    on_progress: ReadProgressFn<'_>,
) -> Result<InputList, ListError> {
    let client = gcs::GcsClient::connect(&settings.gcs).await?;
    let mut content = client.open_object(bucket, object, generation).await?;
    check_size(content.size, settings)?;
    let mut parser = ListParser::new(settings.largest_bytes);
    while let Some(bytes) = content.next_chunk().await? {
        parser.push(&bytes)?;
        on_progress(parser.progress(Some(content.size).filter(|size| *size > 0)));
    }
    Ok(InputList { generation: Some(content.generation), ..parser.finish()? })
}

/// Refuses a source by its reported size, before a byte of it is read.
fn check_size(size: u64, settings: &Settings) -> Result<(), ListError> {
    let limit = settings.largest_bytes;
    if size > limit { Err(ListError::TooLarge { size, limit }) } else { Ok(()) }
}
