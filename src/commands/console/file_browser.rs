//! Lists buckets and folders, and resolves typed addresses.

use std::fs::{DirEntry, Metadata};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::bookmarks::BookmarkFile;
use console::{DirectoryEntry, DirectoryEntryKind, DirectoryPage, Location, ResolvedAddress};
use domain::source_type::strip_gcs_scheme;
use input::Source;
use input::gcs::{BucketName, GcsClient, GcsObjectMetadata, ObjectPage};

/// Maximum number of entries read from a folder.
const MAX_FOLDER_ENTRIES: usize = 100_000;

/// Parses `gs://bucket`, `gs://bucket/prefix/`, or a folder. Returns `None` for a list.
///
/// # Errors
/// Returns a message if the text begins with `gs://` but names no bucket.
pub(super) fn parse_location(text: &str) -> Result<Option<Location>, String> {
    if let Some(rest) = strip_gcs_scheme(text) {
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        bucket.parse::<BucketName>().map_err(|why| format!("{text}: {why}"))?;
        let is_location = prefix.is_empty() || prefix.ends_with('/');
        return Ok(is_location.then(|| Location::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() }));
    }
    let path = PathBuf::from(text);
    Ok(if path.is_dir() { Some(Location::Folder(path)) } else { None })
}

/// Resolves a typed address to a location or a list.
///
/// # Errors
/// Returns a message if no file or folder has this path, or if the address is malformed.
pub(super) fn resolve_address(address: &str) -> Result<ResolvedAddress, String> {
    let address = &expand_tilde(address);
    if let Some(location) = parse_location(address)? {
        return Ok(ResolvedAddress::Location(location));
    }
    let source = address.parse::<Source>().map_err(|error| error.to_string())?;
    match &source {
        Source::File(path) if !path.exists() => Err(format!("{}: no such file or folder", path.display())),
        Source::Stdin => Err("standard input is the keyboard here".to_owned()),
        _ => Ok(ResolvedAddress::List(source.to_string())),
    }
}

/// Returns the home page: bookmarks, buckets of the project, recent addresses.
pub(super) fn home_page(stored: &BookmarkFile, buckets: Result<Option<Vec<String>>, String>) -> DirectoryPage {
    let entry = |address: &str, label: &str| match resolve_address(address) {
        Ok(ResolvedAddress::Location(location)) => {
            Some(DirectoryEntry { name: format!("{label}{address}"), kind: DirectoryEntryKind::Folder(location) })
        }
        Ok(ResolvedAddress::List(source)) => {
            // The metadata of an object is unknown, because no request is sent for it.
            let metadata = std::fs::metadata(&source).ok();
            let updated = metadata.as_ref().and_then(|metadata| Timestamp::try_from(metadata.modified().ok()?).ok());
            let size = metadata.map_or(0, |metadata| metadata.len());
            let kind = DirectoryEntryKind::File { source, size, updated, storage_class: String::new() };
            Some(DirectoryEntry { name: format!("{label}{address}"), kind })
        }
        Err(_) => None,
    };
    let mut entries: Vec<DirectoryEntry> =
        stored.bookmarks.iter().filter_map(|address| entry(address, "bookmark  ")).collect();
    let (buckets, note) = match buckets {
        Ok(Some(buckets)) => (buckets, None),
        Ok(None) => (
            Vec::new(),
            Some("set GOOGLE_CLOUD_PROJECT to list its buckets here; press a to type an address".to_owned()),
        ),
        Err(why) => (Vec::new(), Some(format!("the project's buckets: {why}"))),
    };
    entries.extend(buckets.iter().filter_map(|bucket| entry(&format!("gs://{bucket}/"), "bucket    ")));
    entries.extend([".", "~"].iter().filter_map(|folder| entry(&expand_tilde(folder), "folder    ")));
    entries.extend(stored.recent.iter().filter_map(|address| entry(address, "recent    ")));
    DirectoryPage { entries, next_page_token: None, warning: note, address: None }
}

/// Expands a leading `~` to the home folder.
pub(super) fn expand_tilde(folder: &str) -> String {
    let rest = folder.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
    match (directories::BaseDirs::new(), rest) {
        (Some(base), Some(rest)) => format!("{}{rest}", base.home_dir().display()),
        _ => folder.to_owned(),
    }
}

/// Returns the address of a folder, with `~` for the home folder and a trailing `/`.
fn folder_address(path: &Path) -> String {
    let home = directories::BaseDirs::new().and_then(|base| std::fs::canonicalize(base.home_dir()).ok());
    let below_home = home.and_then(|home| path.strip_prefix(home).map(|rest| Path::new("~").join(rest)).ok());
    let address = below_home.as_deref().unwrap_or(path).display().to_string();
    format!("{}/", address.trim_end_matches('/'))
}

/// Returns one page of a bucket.
pub(super) async fn list_bucket(
    client: &GcsClient,
    bucket: &str,
    prefix: &str,
    page: Option<&str>,
) -> Result<DirectoryPage, String> {
    let name = bucket.parse::<BucketName>().map_err(|why| why.to_string())?;
    let found = client.list_objects(&name, prefix, "/", page).await.map_err(|error| error.to_string())?;
    Ok(bucket_page(bucket, prefix, found))
}

fn bucket_page(bucket: &str, prefix: &str, found: ObjectPage) -> DirectoryPage {
    let own = |name: &str| name.strip_prefix(prefix).unwrap_or(name).to_owned();
    let folders = found.folders.into_iter().map(|folder| DirectoryEntry {
        name: own(folder.trim_end_matches('/')),
        kind: DirectoryEntryKind::Folder(Location::Bucket { bucket: bucket.to_owned(), prefix: folder }),
    });
    let lists = found.objects.into_iter().map(|object: GcsObjectMetadata| DirectoryEntry {
        name: own(&object.name),
        kind: DirectoryEntryKind::File {
            source: format!("gs://{bucket}/{}", object.name),
            size: object.size,
            updated: object.updated,
            storage_class: object.storage_class,
        },
    });
    DirectoryPage {
        entries: folders.chain(lists).collect(),
        next_page_token: found.next_page_token,
        ..DirectoryPage::default()
    }
}

/// Returns all entries of a folder, sorted by name, without hidden files.
pub(super) fn list_folder(path: &Path) -> Result<DirectoryPage, String> {
    let failed = |error: std::io::Error| format!("{}: {}", path.display(), files::describe_io_error(&error));
    let full_path = std::fs::canonicalize(path).map_err(failed)?;
    let parent = full_path.parent().unwrap_or(&full_path).to_owned();
    let mut entries =
        vec![DirectoryEntry { name: "..".to_owned(), kind: DirectoryEntryKind::Folder(Location::Folder(parent)) }];
    let mut found = std::fs::read_dir(path)
        .map_err(failed)?
        .filter_map(Result::ok)
        .filter_map(|file| folder_entry(&file))
        .take(MAX_FOLDER_ENTRIES)
        .collect::<Vec<_>>();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    entries.extend(found);
    Ok(DirectoryPage { entries, address: Some(folder_address(&full_path)), ..DirectoryPage::default() })
}

fn folder_entry(file: &DirEntry) -> Option<DirectoryEntry> {
    let name = file.file_name().to_string_lossy().into_owned();
    // A link counts as its target.
    let known: Metadata = std::fs::metadata(file.path()).ok()?;
    if name.starts_with('.') {
        return None;
    }
    if known.is_dir() {
        return Some(DirectoryEntry { name, kind: DirectoryEntryKind::Folder(Location::Folder(file.path())) });
    }
    let updated = known.modified().ok().and_then(|at| Timestamp::try_from(at).ok());
    let source = file.path().to_string_lossy().into_owned();
    Some(DirectoryEntry {
        name,
        kind: DirectoryEntryKind::File { source, size: known.len(), updated, storage_class: String::new() },
    })
}
