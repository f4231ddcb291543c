//! Marks of the demo on its data directory and its files.

use std::path::Path;

use anyhow::Context as _;
use pipeline::batch::OutputFiles;

/// File that marks a data directory as that of a demo.
pub(super) const DEMO_MARKER: &str = "DEMO";

/// First line of every file of the demo, which also makes Seller Hub reject an upload.
pub(super) const DEMO_NOTICE: &str = "DEMO: simulated services and invented prices. Do not upload";

/// Returns whether the data directory belongs to a demo.
pub(super) fn is_demo_data(data_dir: &Path) -> bool {
    data_dir.join(DEMO_MARKER).exists()
}

/// Marks result files as those of a demo, in name and content.
///
/// # Errors
/// Returns an error if a file cannot be read or written.
pub(super) fn mark_demo_files(mut files: OutputFiles) -> anyhow::Result<OutputFiles> {
    let drafts = files.earlier_drafts.iter_mut().chain(&mut files.outdated_drafts);
    for path in files.paths.iter_mut().chain(&mut files.full_report).chain(drafts) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let marked = path.with_file_name(format!("DEMO_{name}"));
        if !name.starts_with("DEMO_") && path.exists() {
            let text = std::fs::read_to_string(&*path)?;
            let text = match text.strip_prefix('{') {
                Some(object) => format!("{{\"demo\":\"{DEMO_NOTICE}\",{object}"),
                None => format!("{DEMO_NOTICE}\n{text}"),
            };
            std::fs::write(&marked, text).with_context(|| format!("cannot write {}", marked.display()))?;
            std::fs::remove_file(&*path)?;
        }
        *path = marked;
    }
    Ok(files)
}
