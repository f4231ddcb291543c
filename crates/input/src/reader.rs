//! Reads a source to its end.

use std::collections::HashSet;
use std::path::Path;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::error::{IntakeError, ListError};
use super::gcs::{self, BucketName, ObjectName};
use super::list::InputList;
use super::parse_task::{ParseTask, run_blocking};
use super::settings::Settings;
use super::several::{find_matching, join_lists, names_several};
use super::source::Source;
use domain::list_preview::ReadProgress;

/// Bytes per read. Each read of a file is a turn of another thread, so few large ones are faster.
const READ_CHUNK_BYTES: usize = 512 << 10;

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
        Source::Several(sources) => read_several(sources, settings, on_progress).await,
        single => read_single(single, generation, settings, on_progress, &mut SeenSources::default()).await,
    };
    list.map(|list| InputList { source_type: source.source_type(), ..list })
        .map_err(|error| error.with_location(source))
}

/// Reads sources one after another as one list.
async fn read_several(
    sources: &[Source],
    settings: &Settings,
    on_progress: ReadProgressFn<'_>,
) -> Result<InputList, ListError> {
    let (mut lists, mut seen) = (Vec::new(), SeenSources::default());
    for source in sources {
        let name = source.to_string();
        if !seen.insert(identify_source(source).await, &name) {
            continue;
        }
        match read_single(source, None, settings, on_progress, &mut seen).await {
            // All objects that match a pattern were read before.
            Ok(list) if list.line_count == 0 => {}
            Ok(list) => lists.push((name, list)),
            Err(error) => return Err(ListError::Part { name, error: Box::new(error) }),
        }
    }
    let mut joined = run_blocking(move || join_lists(lists)).await?;
    let notice = |name| format!("{name} is named again and is read once");
    joined.reading.notices.extend(seen.repeated.into_iter().map(notice));
    Ok(joined)
}

/// The files and objects that were read for one list. One that is named twice, or also matches a pattern, is read once.
#[derive(Default)]
struct SeenSources {
    known: HashSet<String>,
    /// Names of those that were named again.
    repeated: Vec<String>,
}

impl SeenSources {
    /// Returns false, and notes the name, if the source was read before.
    fn insert(&mut self, identity: String, name: &str) -> bool {
        let is_new = self.known.insert(identity);
        if !is_new {
            self.repeated.push(name.to_owned());
        }
        is_new
    }
}

/// Returns a text that is the same for two names of the same source.
async fn identify_source(source: &Source) -> String {
    match source {
        Source::File(path) => match tokio::fs::canonicalize(path).await {
            Ok(path) => path.display().to_string(),
            Err(_) => source.to_string(),
        },
        other => other.to_string(),
    }
}

async fn read_single(
    source: &Source,
    generation: Option<i64>,
    settings: &Settings,
    on_progress: ReadProgressFn<'_>,
    seen: &mut SeenSources,
) -> Result<InputList, ListError> {
    match source {
        Source::File(path) => read_file(path, settings, on_progress).await,
        Source::Stdin => read_pipe(tokio::io::stdin(), settings, None, on_progress).await,
        Source::Gcs { bucket, object, generation: named } => {
            match read_object(bucket, object, generation.or(*named), settings, on_progress).await? {
                ReadObject::List(list) => Ok(*list),
                ReadObject::Several(client) => {
                    read_matching(&client, bucket, object, settings, on_progress, seen).await
                }
            }
        }
        // Several sources hold single ones only.
        Source::Several(_) => Err(ListError::NoMatch),
    }
}

/// Checks that a list has no more copies than its rows make likely, before drafts are made of it.
///
/// # Errors
/// Returns [`ListError::ExcessCopies`] if it has, unless the operator accepts them.
pub fn check_copies(list: &InputList, settings: &Settings) -> Result<(), ListError> {
    let reading = &list.reading;
    if settings.list.accept_quantities || !reading.has_excess_copies(settings.max_average_copies) {
        return Ok(());
    }
    let columns = reading.quantity_column.as_ref();
    let columns = columns.map_or_else(|| "repeated lines".to_owned(), |column| format!("quantities from {column}"));
    Err(ListError::ExcessCopies { copies: reading.copies, rows: reading.rows, columns })
}

/// Checks an object of a bucket without reading it, and returns its generation. Returns `None` for other sources.
///
/// # Errors
/// Returns [`IntakeError`] if the object does not exist, may not be read, or is too large.
pub async fn stat_source(source: &Source, settings: &Settings) -> Result<Option<i64>, IntakeError> {
    let checked = async {
        let Source::Gcs { bucket, object, generation } = source else { return Ok(None) };
        let client = gcs::GcsClient::connect(&settings.gcs).await?;
        match client.open_object(bucket, object, *generation).await {
            // The folder itself may be an object without bytes, made by the web console.
            Ok(content) if content.size == 0 && names_several(object) => {
                find_matching(&client, bucket, object).await.map(|_| None)
            }
            Ok(content) => {
                check_size(content.size, settings)?;
                Ok(Some(content.generation))
            }
            Err(gcs::GcsError::ObjectNotFound { .. }) if names_several(object) => {
                find_matching(&client, bucket, object).await.map(|_| None)
            }
            Err(error) => Err(explain_missing_object(&client, bucket, object, error.into()).await),
        }
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
    let mut parser = ParseTask::new(settings);
    let mut chunk = BytesMut::new();
    loop {
        chunk.reserve(READ_CHUNK_BYTES);
        if pipe.read_buf(&mut chunk).await? == 0 {
            return parser.finish().await;
        }
        on_progress(parser.push(chunk.split().freeze(), of).await?);
    }
}

/// What a name in a bucket stands for.
enum ReadObject {
    List(Box<InputList>),
    /// A folder or a pattern, whose objects are still to be read.
    Several(Box<gcs::GcsClient>),
}

async fn read_object(
    bucket: &BucketName,
    object: &ObjectName,
    generation: Option<i64>,
    settings: &Settings,
    on_progress: ReadProgressFn<'_>,
) -> Result<ReadObject, ListError> {
    let client = gcs::GcsClient::connect(&settings.gcs).await?;
    match read_object_once(&client, bucket, object, generation, settings, on_progress).await {
        // Bytes that were damaged on their way may arrive whole the second time.
        Err(ListError::Gcs(gcs::GcsError::Damaged)) => {
            tracing::warn!("an object arrived damaged, so it is read again");
            read_object_once(&client, bucket, object, generation, settings, on_progress)
                .await
                .map(|list| ReadObject::List(Box::new(list)))
        }
        Err(ListError::Gcs(gcs::GcsError::ObjectNotFound { .. }) | ListError::Empty) if names_several(object) => {
            Ok(ReadObject::Several(Box::new(client)))
        }
        Err(error) => Err(explain_missing_object(&client, bucket, object, error).await),
        Ok(list) => Ok(ReadObject::List(Box::new(list))),
    }
}

/// Returns [`ListError::Folder`] instead of the error of a missing object if a folder has its name.
async fn explain_missing_object(
    client: &gcs::GcsClient,
    bucket: &BucketName,
    object: &ObjectName,
    error: ListError,
) -> ListError {
    if !matches!(error, ListError::Gcs(gcs::GcsError::ObjectNotFound { .. })) {
        return error;
    }
    match client.list_objects(bucket, &format!("{object}/"), "/", None).await {
        Ok(page) if !page.objects.is_empty() || !page.folders.is_empty() => ListError::Folder,
        _ => error,
    }
}

/// Reads all objects that match a name with wildcards or lie in a folder, as one list. Empty objects and those that were read
/// before are skipped.
async fn read_matching(
    client: &gcs::GcsClient,
    bucket: &BucketName,
    pattern: &ObjectName,
    settings: &Settings,
    on_progress: ReadProgressFn<'_>,
    seen: &mut SeenSources,
) -> Result<InputList, ListError> {
    let (objects, folders) = find_matching(client, bucket, pattern).await?;
    let (mut lists, mut is_any_repeated) = (Vec::new(), false);
    for object in objects {
        let name = format!("gs://{bucket}/{object}");
        if !seen.insert(name.clone(), &name) {
            is_any_repeated = true;
            continue;
        }
        match read_object_once(client, bucket, &object, None, settings, on_progress).await {
            Ok(list) => lists.push((name, list)),
            Err(ListError::Empty) => {}
            Err(error) => return Err(ListError::Part { name, error: Box::new(error) }),
        }
    }
    let mut joined = run_blocking(move || join_lists(lists)).await?;
    if joined.items.is_empty() && !is_any_repeated {
        return Err(ListError::Empty);
    }
    if folders > 0 {
        joined.reading.notices.push(format!("{folders} folders in it are not read"));
    }
    Ok(joined)
}

async fn read_object_once(
    client: &gcs::GcsClient,
    bucket: &BucketName,
    object: &ObjectName,
    generation: Option<i64>,
    settings: &Settings,
    on_progress: ReadProgressFn<'_>,
) -> Result<InputList, ListError> {
    let mut content = client.open_object(bucket, object, generation).await?;
    check_size(content.size, settings)?;
    let mut parser = ParseTask::new(settings);
    while let Some(bytes) = content.next_chunk().await? {
        on_progress(parser.push(bytes, Some(content.size).filter(|size| *size > 0)).await?);
    }
    Ok(InputList { generation: Some(content.generation), ..parser.finish().await? })
}

/// Refuses a source by its reported size, before a byte of it is read.
fn check_size(size: u64, settings: &Settings) -> Result<(), ListError> {
    let limit = settings.largest_bytes.get();
    if size > limit { Err(ListError::TooLarge { size, limit }) } else { Ok(()) }
}
