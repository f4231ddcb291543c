//! Reads a source completely.
//!
//! [`read_with_progress`] opens a file, standard input or an object in a bucket, and parses its bytes on other threads.
//! Several sources, a folder or a pattern are joined into one list.

use std::collections::HashSet;
use std::path::Path;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::error::{IntakeError, ListError};
use super::gcs::{self, BucketName, ObjectName};
use super::list::InputList;
use super::multi_source::{ListJoiner, find_matching, is_pattern_or_folder};
use super::parse_task::{ParseTask, run_blocking};
use super::settings::Settings;
use super::source::Source;
use domain::list_preview::ReadProgress;
use domain::text::count::format_count;

/// Number of bytes per read. Each file read runs on another thread, so few large reads are faster.
const READ_CHUNK_BYTES: usize = 512 << 10;

/// Callback that receives the progress after each chunk.
pub type ReadProgressFn<'a> = &'a (dyn Fn(ReadProgress) + Send + Sync);

/// Reads a list.
///
/// # Errors
/// Returns [`IntakeError`] if the source cannot be read or contains no list. Lines without a UPC are not errors; see
/// [`InputList::rejected`].
pub async fn read_list(source: &Source, settings: &Settings) -> Result<InputList, IntakeError> {
    read_generation(source, None, settings).await
}

/// Reads a list at the generation recorded by an earlier run. Sources without generations are read in their current
/// state.
///
/// # Errors
/// Returns the errors of [`read_list`], and an error if that generation no longer exists.
pub async fn read_generation(
    source: &Source,
    generation: Option<i64>,
    settings: &Settings,
) -> Result<InputList, IntakeError> {
    read_with_progress(source, generation, settings, &|_| {}).await
}

/// Reads a list like [`read_generation`], and reports progress. The future may be dropped at any time.
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
    list.and_then(|list| check_chosen_columns(list, settings))
        .map(|list| InputList { source_type: source.source_type(), ..list })
        .map_err(|error| error.with_location(source))
}

/// Checks that the columns that the operator chose exist in at least one of several lists. A single list was checked
/// when it was read.
///
/// # Errors
/// Returns [`ListError::NoColumns`] if no list has columns.
fn check_chosen_columns(list: InputList, settings: &Settings) -> Result<InputList, ListError> {
    let has_columns = !list.reading.columns.is_empty() || list.items.is_empty();
    if has_columns || settings.list.chosen_columns().is_empty() { Ok(list) } else { Err(ListError::NoColumns) }
}

/// Adds a notice to one of several lists if it has no columns, so that those that the operator chose are not used.
fn note_unused_columns(name: &str, list: &mut InputList, settings: &Settings) {
    let chosen = settings.list.chosen_columns();
    if !chosen.is_empty() && list.reading.columns.is_empty() && list.reading.files.is_empty() {
        let chosen = chosen.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" and ");
        list.reading.notices.push(format!("{name} has no columns and is read as text, without {chosen}"));
    }
}

/// Reads several sources, one after another, as one list.
async fn read_several(
    sources: &[Source],
    settings: &Settings,
    on_progress: ReadProgressFn<'_>,
) -> Result<InputList, ListError> {
    let (mut lists, mut seen, settings) =
        (ListJoiner::default(), SeenSources::default(), &settings.for_one_of_several());
    for source in sources {
        let name = if *source == Source::Stdin { "standard input".to_owned() } else { source.to_string() };
        if !seen.insert(identify_source(source).await, &name) {
            continue;
        }
        match read_single(source, None, settings, on_progress, &mut seen).await {
            // Only objects that were already read.
            Ok(list) if list.line_count == 0 => {}
            Ok(mut list) => {
                note_unused_columns(&name, &mut list, settings);
                lists = run_blocking(move || lists.add(&name, list)).await?;
            }
            Err(error) => return Err(ListError::Part { name, error: Box::new(error) }),
        }
    }
    let mut joined = lists.finish();
    let notice = |name| format!("{name} is named twice and is read once");
    joined.reading.notices.extend(seen.repeated.into_iter().map(notice));
    Ok(joined)
}

/// Files and objects already read for one list. A source that is named twice, or also matches a pattern, is read only
/// once.
#[derive(Default)]
struct SeenSources {
    known: HashSet<String>,
    /// Names of sources that were named again.
    repeated: Vec<String>,
}

impl SeenSources {
    /// Returns whether the source is new; otherwise records its name as repeated.
    fn insert(&mut self, identity: String, name: &str) -> bool {
        let is_new = self.known.insert(identity);
        if !is_new {
            self.repeated.push(name.to_owned());
        }
        is_new
    }

    /// Returns whether this generation of an object is new, because an object may be named with and without its
    /// generation.
    fn insert_generation(&mut self, name: &str, generation: Option<i64>) -> bool {
        generation.is_none_or(|generation| self.insert(format!("{name} {generation}"), name))
    }
}

/// Returns a text that identifies a source, whatever name is used for it.
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
                ReadObject::List(list) => {
                    let is_new = seen.insert_generation(&format!("gs://{bucket}/{object}"), list.generation);
                    Ok(if is_new { *list } else { InputList::default() })
                }
                ReadObject::Several(client) => {
                    read_matching(&client, bucket, object, settings, on_progress, seen).await
                }
            }
        }
        // The elements of `Several` are always single sources.
        Source::Several(_) => Err(ListError::NoMatch),
    }
}

/// Checks that the number of copies is plausible for the number of rows, before drafts are created.
///
/// # Errors
/// Returns [`ListError::ExcessCopies`] if it is not, unless the operator has accepted the quantities.
pub fn check_copies(list: &InputList, settings: &Settings) -> Result<(), ListError> {
    let reading = &list.reading;
    if settings.list.accept_quantities || !reading.has_excess_copies(settings.max_average_copies) {
        return Ok(());
    }
    let columns = reading.quantity_column.as_ref();
    let columns = columns.map_or_else(|| "repeated lines".to_owned(), |column| format!("quantities from {column}"));
    Err(ListError::ExcessCopies { copies: reading.copies, rows: reading.rows, columns })
}

/// Checks that an object in a bucket is readable, without reading it, and returns its generation. Returns `None` for
/// other sources.
///
/// # Errors
/// Returns [`IntakeError`] if the object does not exist, is not readable, or is too large.
pub async fn stat_source(source: &Source, settings: &Settings) -> Result<Option<i64>, IntakeError> {
    let checked = async {
        let Source::Gcs { bucket, object, generation } = source else { return Ok(None) };
        let client = gcs::GcsClient::connect(&settings.gcs).await?;
        match client.open_object(bucket, object, *generation).await {
            // The folder itself may be an empty object created by the web console.
            Ok(content) if content.size == 0 && is_pattern_or_folder(object) => {
                find_matching(&client, bucket, object).await.map(|_| None)
            }
            Ok(content) => {
                check_size(content.size, settings)?;
                Ok(Some(content.generation))
            }
            Err(gcs::GcsError::ObjectNotFound { .. }) if is_pattern_or_folder(object) => {
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

/// Result of reading a name in a bucket.
enum ReadObject {
    List(Box<InputList>),
    /// A folder or pattern, whose objects have not been read yet.
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
        // Bytes damaged in transit may arrive intact the second time.
        Err(ListError::Gcs(gcs::GcsError::Damaged)) => {
            tracing::warn!("an object arrived damaged, so it is read again");
            read_object_once(&client, bucket, object, generation, settings, on_progress)
                .await
                .map(|list| ReadObject::List(Box::new(list)))
        }
        Err(ListError::Gcs(gcs::GcsError::ObjectNotFound { .. }) | ListError::Empty)
            if is_pattern_or_folder(object) =>
        {
            Ok(ReadObject::Several(Box::new(client)))
        }
        Err(error) => Err(explain_missing_object(&client, bucket, object, error).await),
        Ok(list) => Ok(ReadObject::List(Box::new(list))),
    }
}

/// Replaces the error of a missing object with [`ListError::Folder`] if a folder has its name.
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

/// Reads all objects that match a pattern or are in a folder as one list. Skips empty objects and those already read.
async fn read_matching(
    client: &gcs::GcsClient,
    bucket: &BucketName,
    pattern: &ObjectName,
    settings: &Settings,
    on_progress: ReadProgressFn<'_>,
    seen: &mut SeenSources,
) -> Result<InputList, ListError> {
    let (objects, folders) = find_matching(client, bucket, pattern).await?;
    let (mut lists, mut is_any_repeated, settings) = (ListJoiner::default(), false, &settings.for_one_of_several());
    for object in objects {
        let name = format!("gs://{bucket}/{object}");
        if !seen.insert(name.clone(), &name) {
            is_any_repeated = true;
            continue;
        }
        match read_object_once(client, bucket, &object, None, settings, on_progress).await {
            Ok(list) if !seen.insert_generation(&name, list.generation) => is_any_repeated = true,
            Ok(mut list) => {
                note_unused_columns(&name, &mut list, settings);
                lists = run_blocking(move || lists.add(&name, list)).await?;
            }
            Err(ListError::Empty) => {}
            Err(error) => return Err(ListError::Part { name, error: Box::new(error) }),
        }
    }
    let mut joined = lists.finish();
    if joined.items.is_empty() && !is_any_repeated {
        return Err(ListError::Empty);
    }
    if folders > 0 {
        joined.reading.notices.push(format_count(folders, "folder in it is not read", "folders in it are not read"));
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

/// Rejects a source by its reported size, before any byte is read.
fn check_size(size: u64, settings: &Settings) -> Result<(), ListError> {
    let limit = settings.largest_bytes.get();
    if size > limit { Err(ListError::TooLarge { size, limit }) } else { Ok(()) }
}
