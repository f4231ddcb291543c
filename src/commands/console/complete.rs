//! What an address that is being typed can become: buckets of the project, names in a bucket, names in a folder.

use std::path::Path;
use std::time::Duration;

use super::desk::Desk;
use super::spots;
use console::Trouble;
use input::gcs::BucketName;

/// Whoever typed goes on typing sooner than this.
const WITHIN: Duration = Duration::from_secs(5);

/// Names that are offered; more are no help.
const MOST: usize = 200;

/// All that begins with what is typed, each of them whole: folders end with `/`.
pub(super) async fn complete(desk: &Desk, typed: &str) -> Result<Vec<String>, Trouble> {
    let Some(rest) = typed.strip_prefix("gs://") else { return in_folder(typed.to_owned()).await };
    let found = async {
        match rest.split_once('/') {
            None => buckets_like(desk, rest).await,
            Some((bucket, prefix)) => names_like(desk, bucket, prefix).await,
        }
    };
    let found = tokio::time::timeout(WITHIN, found).await;
    found.unwrap_or_else(|_| Err("no answer yet; Tab asks again".to_owned()))
}

async fn buckets_like(desk: &Desk, start: &str) -> Result<Vec<String>, Trouble> {
    let Some(buckets) = desk.buckets().await? else {
        return Err("set GOOGLE_CLOUD_PROJECT to complete the names of its buckets".to_owned());
    };
    let fitting = buckets.into_iter().filter(|bucket| bucket.starts_with(start));
    Ok(fitting.map(|bucket| format!("gs://{bucket}/")).take(MOST).collect())
}

async fn names_like(desk: &Desk, bucket: &str, prefix: &str) -> Result<Vec<String>, Trouble> {
    let name = bucket.parse::<BucketName>().map_err(|why| format!("gs://{bucket}: {why}"))?;
    let page = desk.client().await?.list(&name, prefix, "/", None).await.map_err(|error| error.to_string())?;
    let objects = page.objects.into_iter().map(|object| object.name);
    let mut names = page.folders.into_iter().chain(objects).collect::<Vec<_>>();
    names.sort_unstable();
    Ok(names.into_iter().take(MOST).map(|name| format!("gs://{bucket}/{name}")).collect())
}

/// A disk may be slow too.
async fn in_folder(typed: String) -> Result<Vec<String>, Trouble> {
    tokio::task::spawn_blocking(move || names_in(&typed)).await.map_err(|error| error.to_string())?
}

fn names_in(typed: &str) -> Result<Vec<String>, Trouble> {
    let (folder, start) = typed.rsplit_once('/').map_or(("", typed), |(folder, start)| (folder, start));
    let shown = if typed.contains('/') { format!("{folder}/") } else { String::new() };
    let place = if shown.is_empty() { "./".to_owned() } else { spots::home(&shown) };
    let entries = std::fs::read_dir(Path::new(&place)).map_err(|error| format!("{place}: {error}"))?;
    let names = entries.filter_map(Result::ok).filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_hidden = name.starts_with('.') && !start.starts_with('.');
        let fits = name.starts_with(start) && !is_hidden;
        // A link to a folder is one.
        let end = if entry.path().is_dir() { "/" } else { "" };
        fits.then(|| format!("{shown}{name}{end}"))
    });
    let mut names = names.collect::<Vec<_>>();
    names.sort_unstable();
    names.truncate(MOST);
    Ok(names)
}
