//! Recorded responses of the real services, which are stored beside the repository.

use std::path::{Path, PathBuf};

/// Returns the folder of recordings, from `DRAFT_MAKER_FIXTURES` or beside the repository. Prints a line and returns
/// `None` if there is none.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("DRAFT_MAKER_FIXTURES").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"));
    if folder.join("INDEX.tsv").exists() {
        return Some(folder);
    }
    println!("no recorded answers in {}: skipped", folder.display());
    None
}

/// Returns the rows of the folder's index, by columns: file, service, request, status and more.
pub fn index(folder: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder.join("INDEX.tsv")).expect("an index");
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}
