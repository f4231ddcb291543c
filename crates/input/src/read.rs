//! Reads a source to its end.

use std::path::Path;

use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::error::{IntakeError, Problem};
use super::gcs::{self, BucketName, ObjectName};
use super::list::List;
use super::reading::Reading;
use super::settings::Settings;
use super::source::Source;
use domain::survey::SoFar;

/// How much is read at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// Hears how far the reading has come, after each piece that was read.
pub type Hears<'a> = &'a (dyn Fn(SoFar) + Send + Sync);

/// Reads a list.
///
/// # Errors
/// [`IntakeError`] where there is no list in it, or no way to it. Lines that are no UPCs are no errors, see
/// [`List::refused`].
pub async fn read(source: &Source, settings: &Settings) -> Result<List, IntakeError> {
    read_at(source, None, settings).await
}

/// Reads a list as it was at a generation that an earlier run has recorded; sources without generations are read as
/// they are.
///
/// # Errors
/// As [`read`], and where that generation is gone.
pub async fn read_at(source: &Source, generation: Option<i64>, settings: &Settings) -> Result<List, IntakeError> {
    read_aloud(source, generation, settings, &|_| {}).await
}

/// The same, and somebody hears how far it has come. It may be dropped at any time.
///
/// # Errors
/// As [`read_at`].
pub async fn read_aloud(
    source: &Source,
    generation: Option<i64>,
    settings: &Settings,
    hears: Hears<'_>,
) -> Result<List, IntakeError> {
    let list = match source {
        Source::File(path) => from_file(path, settings, hears).await,
        Source::Stdin => from_pipe(tokio::io::stdin(), settings, None, hears).await,
        Source::Gcs { bucket, object } => from_bucket(bucket, object, generation, settings, hears).await,
    };
    list.map(|list| List { source_type: source.kind(), ..list }).map_err(|problem| problem.at(source))
}

/// Looks at an object of a bucket without reading it: its generation, where it is there, may be read and is no larger
/// than a list can be.
///
/// # Errors
/// As [`read`].
pub async fn look(source: &Source, settings: &Settings) -> Result<Option<i64>, IntakeError> {
    let looked = async {
        let Source::Gcs { bucket, object } = source else { return Ok(None) };
        let content = gcs::Client::connect(&settings.gcs).await?.open(bucket, object, None).await?;
        fits(content.size, settings)?;
        Ok(Some(content.generation))
    };
    looked.await.map_err(|problem: Problem| problem.at(source))
}

async fn from_file(path: &Path, settings: &Settings, hears: Hears<'_>) -> Result<List, Problem> {
    let found = tokio::fs::metadata(path).await?;
    if found.is_dir() {
        return Err(Problem::Directory);
    }
    fits(found.len(), settings)?;
    // A pipe with a path says that it has no bytes.
    let of = Some(found.len()).filter(|size| *size > 0);
    from_pipe(tokio::fs::File::open(path).await?, settings, of, hears).await
}

async fn from_pipe(
    mut pipe: impl AsyncRead + Unpin,
    settings: &Settings,
    of: Option<u64>,
    hears: Hears<'_>,
) -> Result<List, Problem> {
    let mut reading = Reading::new(settings.largest_bytes);
    let mut chunk = vec![0; CHUNK];
    loop {
        match pipe.read(&mut chunk).await? {
            0 => return reading.finish(),
            count => reading.push(&chunk[..count])?,
        }
        hears(reading.so_far(of));
    }
}

async fn from_bucket(
    bucket: &BucketName,
    object: &ObjectName,
    generation: Option<i64>,
    settings: &Settings,
    hears: Hears<'_>,
) -> Result<List, Problem> {
    let client = gcs::Client::connect(&settings.gcs).await?;
    let mut content = client.open(bucket, object, generation).await?;
    fits(content.size, settings)?;
    let mut reading = Reading::new(settings.largest_bytes);
    while let Some(bytes) = content.next().await? {
        reading.push(&bytes)?;
        hears(reading.so_far(Some(content.size).filter(|size| *size > 0)));
    }
    Ok(List { generation: Some(content.generation), ..reading.finish()? })
}

/// What says its size is refused before a byte of it is read.
fn fits(size: u64, settings: &Settings) -> Result<(), Problem> {
    let limit = settings.largest_bytes;
    if size > limit { Err(Problem::TooLarge { size, limit }) } else { Ok(()) }
}
