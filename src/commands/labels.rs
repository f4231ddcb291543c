//! Writes the label sheets of `draft-maker report --labels`.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::error::UsageError;
use crate::cli::LabelPage;
use ::report::labels::{Label, LabelSheet};

/// Maximum number of labels of one draft.
const MAX_LABELS_PER_DRAFT: u32 = 100;

/// Writes a page to `path` and further ones beside it: `labels.svg`, `labels_2.svg`. Returns the paths. Each label comes
/// with the number of copies that need one.
///
/// # Errors
/// Returns an error if a SKU has no barcode or a file exists or cannot be written.
pub(super) fn write_label_sheets(
    path: &Path,
    page: LabelPage,
    labels: Vec<(Label, u32)>,
) -> anyhow::Result<Vec<PathBuf>> {
    let sheet = match page {
        LabelPage::Letter => LabelSheet::LETTER,
        LabelPage::A4 => LabelSheet::A4,
    };
    let each = labels.into_iter().map(|(label, copies)| (label, copies.clamp(1, MAX_LABELS_PER_DRAFT) as usize));
    let labels = each.flat_map(|(label, copies)| std::iter::repeat_n(label, copies)).collect::<Vec<_>>();
    let pages = sheet.render_pages(&labels).map_err(UsageError)?;
    let paths = (1..=pages.len()).map(|number| page_path(path, number)).collect::<Vec<_>>();
    for (path, page) in paths.iter().zip(&pages) {
        let written = std::fs::File::create_new(path).and_then(|mut file| file.write_all(page.as_bytes()));
        written.map_err(|error| UsageError(format!("cannot create {}: {error}", path.display())))?;
    }
    Ok(paths)
}

/// Returns the path of the `number`-th page, from 1.
fn page_path(path: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return path.to_path_buf();
    }
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}_{number}{ending}"))
}
