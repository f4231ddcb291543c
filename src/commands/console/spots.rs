//! Looking into a bucket or a folder.

use std::fs::{DirEntry, Metadata};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::places::Kept;
use console::{Entry, EntryKind, Found, Page, Spot};
use input::Source;
use input::gcs::{BucketName, Client, FoundObject, ObjectPage};

/// Entries of a folder that are read; a folder with more is looked at with other tools.
const MOST: usize = 100_000;

/// A spot to browse, where the text names one: `gs://bucket`, `gs://bucket/prefix/`, a folder. `None` for a list.
///
/// # Errors
/// In words, where it begins like a bucket and names none.
pub(super) fn parse(text: &str) -> Result<Option<Spot>, String> {
    if let Some(rest) = text.strip_prefix("gs://") {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        bucket.parse::<BucketName>().map_err(|why| format!("{text}: {why}"))?;
        let is_spot = prefix.is_empty() || prefix.ends_with('/');
        return Ok(is_spot.then(|| Spot::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() }));
    }
    let path = PathBuf::from(text);
    Ok(path.is_dir().then(|| super::folder(path)))
}

/// What an address that was typed leads to.
///
/// # Errors
/// In words, where it leads nowhere.
pub(super) fn find(address: &str) -> Result<Found, String> {
    let address = &home(address);
    if let Some(spot) = parse(address)? {
        return Ok(Found::Spot(spot));
    }
    let source = address.parse::<Source>().map_err(|error| error.to_string())?;
    match &source {
        Source::File(path) if !path.exists() => Err(format!("{}: there is no such file or folder", path.display())),
        Source::Stdin => Err("standard input is the keyboard here".to_owned()),
        _ => Ok(Found::List(source.to_string())),
    }
}

/// Where one begins.
pub(super) fn places(kept: &Kept, buckets: Result<Option<Vec<String>>, String>) -> Page {
    let entry = |address: &str, label: &str| match find(address) {
        Ok(Found::Spot(spot)) => Some(Entry { name: format!("{label}{address}"), kind: EntryKind::Folder(spot) }),
        Ok(Found::List(source)) => {
            let kind = EntryKind::List { source, size: 0, updated: None, class: String::new() };
            Some(Entry { name: format!("{label}{address}"), kind })
        }
        Err(_) => None,
    };
    let mut entries: Vec<Entry> = kept.bookmarks.iter().filter_map(|address| entry(address, "bookmark  ")).collect();
    let (buckets, note) = match buckets {
        Ok(Some(buckets)) => (buckets, None),
        Ok(None) => (Vec::new(), Some("set GOOGLE_CLOUD_PROJECT to see its buckets here; a goes to any".to_owned())),
        Err(why) => (Vec::new(), Some(format!("the project's buckets: {why}"))),
    };
    entries.extend(buckets.iter().filter_map(|bucket| entry(&format!("gs://{bucket}/"), "bucket    ")));
    entries.extend([".", "~"].iter().filter_map(|folder| entry(&home(folder), "folder    ")));
    entries.extend(kept.recent.iter().filter_map(|address| entry(address, "recent    ")));
    Page { entries, next: None, note }
}

/// `~` as shells have it.
pub(super) fn home(folder: &str) -> String {
    let rest = folder.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
    match (directories::BaseDirs::new(), rest) {
        (Some(base), Some(rest)) => format!("{}{rest}", base.home_dir().display()),
        _ => folder.to_owned(),
    }
}

/// A page of a bucket.
pub(super) async fn bucket(client: &Client, bucket: &str, prefix: &str, page: Option<&str>) -> Result<Page, String> {
    let name = bucket.parse::<BucketName>().map_err(|why| why.to_string())?;
    let found = client.list(&name, prefix, "/", page).await.map_err(|error| error.to_string())?;
    Ok(of_bucket(bucket, prefix, found))
}

fn of_bucket(bucket: &str, prefix: &str, found: ObjectPage) -> Page {
    let own = |name: &str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    let folders = found.folders.into_iter().map(|folder| Entry {
        name: own(folder.trim_end_matches('/')),
        kind: EntryKind::Folder(Spot::Bucket { bucket: bucket.to_owned(), prefix: folder }),
    });
    let lists = found.objects.into_iter().map(|object: FoundObject| Entry {
        name: own(&object.name),
        kind: EntryKind::List {
            source: format!("gs://{bucket}/{}", object.name),
            size: object.size,
            updated: object.updated,
            class: object.storage_class,
        },
    });
    Page { entries: folders.chain(lists).collect(), next: found.next, note: None }
}

/// A folder, all of it, by name. Hidden files are no lists.
pub(super) fn folder(path: &Path) -> Result<Page, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut entries = vec![Entry { name: "..".to_owned(), kind: EntryKind::Folder(super::folder(path.join(".."))) }];
    let mut found = std::fs::read_dir(path)
        .map_err(failed)?
        .filter_map(Result::ok)
        .filter_map(|file| entry(&file))
        .take(MOST)
        .collect::<Vec<_>>();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    entries.extend(found);
    Ok(Page { entries, next: None, note: None })
}

fn entry(file: &DirEntry) -> Option<Entry> {
    let name = file.file_name().to_string_lossy().into_owned();
    // A link is what it leads to.
    let known: Metadata = std::fs::metadata(file.path()).ok()?;
    if name.starts_with('.') {
        return None;
    }
    if known.is_dir() {
        return Some(Entry { name, kind: EntryKind::Folder(super::folder(file.path())) });
    }
    let updated = known.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
    let source = file.path().to_string_lossy().into_owned();
    Some(Entry { name, kind: EntryKind::List { source, size: known.len(), updated, class: String::new() } })
}
