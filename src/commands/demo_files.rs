//! Marks the data folder and the result files of a demo.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use domain::result_file::ResultFileKind;
use pipeline::batch::OutputFiles;

/// Name of the file that marks a data directory as a demo's.
pub(super) const DEMO_MARKER: &str = "DEMO";

/// First line of every file of the demo. It also makes Seller Hub reject an upload.
pub(super) const DEMO_NOTICE: &str = "DEMO: simulated services and invented prices. Do not upload";

/// Returns whether the data directory belongs to a demo.
pub(super) fn is_demo_data(data_dir: &Path) -> bool {
    data_dir.join(DEMO_MARKER).exists()
}

/// Marks result files as demo files, in name and content.
///
/// # Errors
/// Returns an error if a file cannot be read or written.
pub(super) fn mark_demo_files(mut files: OutputFiles) -> anyhow::Result<OutputFiles> {
    let drafts = files.earlier_drafts.iter_mut().chain(&mut files.outdated_drafts);
    for path in files.paths.iter_mut().chain(&mut files.full_report).chain(drafts) {
        *path = mark_demo_file(path)?;
    }
    Ok(files)
}

/// Marks the job's files found in its output folder, if the data directory belongs to a demo. Some may already be
/// marked.
///
/// # Errors
/// Returns an error if a file cannot be read or written.
pub(super) fn mark_found_files(data_dir: &Path, mut paths: Vec<PathBuf>) -> anyhow::Result<Vec<PathBuf>> {
    if is_demo_data(data_dir) {
        for path in &mut paths {
            *path = mark_demo_file(path)?;
        }
        paths.sort_unstable();
        paths.dedup();
    }
    Ok(paths)
}

/// Returns the name of a result file of the demo.
pub(super) fn demo_file_name(name: &str) -> String {
    format!("{}{name}", ResultFileKind::DEMO_PREFIX)
}

fn mark_demo_file(path: &Path) -> anyhow::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if name.starts_with(ResultFileKind::DEMO_PREFIX) {
        return Ok(path.to_owned());
    }
    let marked = path.with_file_name(demo_file_name(&name));
    if path.exists() {
        let text = std::fs::read_to_string(path)?;
        let text = match text.strip_prefix('{') {
            Some(object) => format!("{{\"demo\":\"{DEMO_NOTICE}\",{object}"),
            None => format!("{DEMO_NOTICE}\n{text}"),
        };
        std::fs::write(&marked, text).with_context(|| format!("cannot write {}", marked.display()))?;
        std::fs::remove_file(path)?;
    }
    Ok(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_an_edit_wrote_again_are_marked_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ebay_drafts_1.csv");
        let marked = folder.path().join("DEMO_ebay_drafts_1.csv");
        std::fs::write(&path, "second").unwrap();
        std::fs::write(&marked, "first").unwrap();
        let found = vec![marked.clone(), path.clone()];
        assert_eq!(mark_found_files(folder.path(), found.clone()).unwrap(), found, "no demo");

        std::fs::write(folder.path().join(DEMO_MARKER), "").unwrap();
        assert_eq!(mark_found_files(folder.path(), found).unwrap(), std::slice::from_ref(&marked));
        let text = std::fs::read_to_string(marked).unwrap();
        assert_eq!((text.lines().collect::<Vec<_>>(), path.exists()), (vec![DEMO_NOTICE, "second"], false));
    }
}
