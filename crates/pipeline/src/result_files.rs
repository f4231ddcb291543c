//! Finds the result files and drafts files in a folder by their names.

use std::path::{Path, PathBuf};

use domain::job_spec::JobId;
use domain::result_file::ResultFileKind;

/// Returns the result files and drafts files of a job in its output folder, sorted by name; empty if the folder cannot
/// be read.
pub(crate) fn find_result_files(folder: &Path, job: &JobId) -> Vec<PathBuf> {
    let stamp = job.file_stamp();
    let has_stamp = |name: &str| {
        // The stamp `…_0` is a prefix of `…_01`.
        let rest = name.split_once(stamp).map(|(_, rest)| rest);
        !name.starts_with('.') && rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut files = entries
        .filter(|entry| has_stamp(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect::<Vec<_>>();
    files.sort_unstable();
    files
}

/// Returns true for the name of a drafts file.
pub fn is_drafts_file(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| ResultFileKind::from_file_name(&name) == Some(ResultFileKind::Drafts))
}
