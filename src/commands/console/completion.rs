//! Completes a typed address: buckets of the project, names in a bucket, names in a folder.

use std::path::Path;
use std::time::Duration;

use super::file_browser;
use super::gcs_connection::GcsConnection;
use console::UserMessage;
use domain::source_type::strip_gcs_scheme;
use input::gcs::BucketName;

/// Time limit of a completion; a later result is useless, because the operator has continued typing.
const COMPLETION_TIMEOUT: Duration = Duration::from_secs(5);

/// Maximum number of names offered.
const MAX_COMPLETIONS: usize = 200;

/// Returns the full addresses that begin with the typed text. Folders end with `/`.
pub(super) async fn complete_address(gcs: &GcsConnection, typed: &str) -> Result<Vec<String>, UserMessage> {
    let Some(rest) = strip_gcs_scheme(typed) else { return complete_path(typed.to_owned()).await };
    let found = async {
        match rest.split_once('/') {
            None => matching_buckets(gcs, rest).await,
            Some((bucket, prefix)) => matching_objects(gcs, bucket, prefix).await,
        }
    };
    let found = tokio::time::timeout(COMPLETION_TIMEOUT, found).await;
    found.unwrap_or_else(|_| Err("no answer yet; press Tab to retry".to_owned()))
}

async fn matching_buckets(gcs: &GcsConnection, start: &str) -> Result<Vec<String>, UserMessage> {
    let Some(buckets) = gcs.list_buckets().await? else {
        return Err("set GOOGLE_CLOUD_PROJECT to complete the names of its buckets".to_owned());
    };
    let fitting = buckets.into_iter().filter(|bucket| bucket.starts_with(start));
    Ok(fitting.map(|bucket| format!("gs://{bucket}/")).take(MAX_COMPLETIONS).collect())
}

async fn matching_objects(gcs: &GcsConnection, bucket: &str, prefix: &str) -> Result<Vec<String>, UserMessage> {
    let name = bucket.parse::<BucketName>().map_err(|why| format!("gs://{bucket}: {why}"))?;
    let page = gcs.connect().await?.list_objects(&name, prefix, "/", None).await.map_err(|error| error.to_string())?;
    let objects = page.objects.into_iter().map(|object| object.name);
    let mut names = page.folders.into_iter().chain(objects).collect::<Vec<_>>();
    names.sort_unstable();
    Ok(names.into_iter().take(MAX_COMPLETIONS).map(|name| format!("gs://{bucket}/{name}")).collect())
}

/// Completes a path on the blocking pool, because a disk may be slow.
async fn complete_path(typed: String) -> Result<Vec<String>, UserMessage> {
    tokio::task::spawn_blocking(move || matching_paths(&typed)).await.map_err(|error| error.to_string())?
}

fn matching_paths(typed: &str) -> Result<Vec<String>, UserMessage> {
    let (folder, start) = typed.rsplit_once('/').map_or(("", typed), |(folder, start)| (folder, start));
    let shown = if typed.contains('/') { format!("{folder}/") } else { String::new() };
    let folder = if shown.is_empty() { "./".to_owned() } else { file_browser::expand_tilde(&shown) };
    let entries = std::fs::read_dir(Path::new(&folder))
        .map_err(|error| format!("{folder}: {}", files::describe_io_error(&error)))?;
    let names = entries.filter_map(Result::ok).filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_hidden = name.starts_with('.') && !start.starts_with('.');
        let fits = name.starts_with(start) && !is_hidden;
        // Follows links: a link to a folder counts as a folder.
        let end = if entry.path().is_dir() { "/" } else { "" };
        fits.then(|| format!("{shown}{name}{end}"))
    });
    let mut names = names.collect::<Vec<_>>();
    names.sort_unstable();
    names.truncate(MAX_COMPLETIONS);
    Ok(names)
}
