//! Recorded responses of the real services, from a folder outside the repository.

use std::path::{Path, PathBuf};

/// Returns the folder of recordings: `DRAFT_MAKER_FIXTURES`, or `shared/fixtures` next to the repository. Prints a line
/// and returns `None` if the folder does not exist.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("DRAFT_MAKER_FIXTURES").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"));
    if folder.join("INDEX.tsv").exists() {
        return Some(folder);
    }
    println!("no recorded answers in {}: skipped", folder.display());
    None
}

/// Returns the rows of the folder's index. The columns are file, service, request, status and more.
pub fn index(folder: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder.join("INDEX.tsv")).expect("an index");
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}
