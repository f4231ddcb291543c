//! Writes the label sheets of `draft-maker report --labels`.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::error::UsageError;
use super::output::print_stderr;
use crate::cli::LabelPage;
use ::report::label_pdf::render_pdf;
use ::report::label_svg::render_svg_pages;
use ::report::labels::{Label, LabelSheet, UnprintableSku};
use domain::text::count::format_count;
use files::{AtomicFile, CreateError};

/// Maximum number of labels per draft.
const MAX_LABELS_PER_DRAFT: u32 = 100;

/// Writes all pages to `path` if it ends in `.pdf`, otherwise one SVG file per page: `labels.svg`, `labels_2.svg`.
/// Returns the paths. Each label comes with its number of copies.
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
    warn_of_narrow_bars(&sheet, &labels);
    let unprintable = |error: UnprintableSku| UsageError(error.to_string());
    let failed = |path: &Path, error| UsageError(format!("cannot create {}: {error}", path.display()));
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pdf")) {
        let pdf = render_pdf(&sheet, &labels).map_err(unprintable)?;
        write_page(path, &pdf).map_err(|error| failed(path, error))?;
        return Ok(vec![path.to_path_buf()]);
    }
    let pages = render_svg_pages(&sheet, &labels).map_err(unprintable)?;
    let paths = (1..=pages.len()).map(|number| page_path(path, number)).collect::<Vec<_>>();
    for (number, (path, page)) in paths.iter().zip(&pages).enumerate() {
        if let Err(error) = write_page(path, page.as_bytes()) {
            // The pages of an incomplete sheet would prevent the next attempt.
            remove_pages(&paths[..number]);
            return Err(failed(path, error).into());
        }
    }
    Ok(paths)
}

/// Names labels whose barcodes common scanners may not read.
fn warn_of_narrow_bars(sheet: &LabelSheet, labels: &[Label]) {
    let skus = labels.iter().filter(|label| sheet.has_narrow_bars(label)).map(|label| label.sku.as_str());
    let skus = skus.collect::<BTreeSet<_>>();
    if let Some(first) = skus.first() {
        let labels = format_count(skus.len(), "SKU has", "SKUs have");
        print_stderr(&format!(
            "{labels} bars that are too narrow for many scanners, such as {first}: scan one before you print all; a shorter \
             location makes them wider"
        ));
    }
}

fn remove_pages(paths: &[PathBuf]) {
    for path in paths {
        if let Err(error) = std::fs::remove_file(path) {
            tracing::warn!(error = files::describe_io_error(&error), path = %path.display(), "cannot remove a label page");
        }
    }
}

/// Writes a file completely or not at all. Does not change an existing file.
fn write_page(path: &Path, page: &[u8]) -> Result<(), CreateError> {
    let mut file = AtomicFile::create_in(files::folder_of(path), ".draft-maker-", "").map_err(CreateError::Io)?;
    file.write_all(page).map_err(CreateError::Io)?;
    file.finish().map_err(CreateError::Io)?.create(path)
}

/// Returns the path of a page, counted from 1.
fn page_path(path: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return path.to_path_buf();
    }
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    path.with_file_name(format!("{stem}_{number}{ending}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_written_completely_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("x.svg"), folder.path().join("x_2.svg"));
        std::fs::write(&second, "earlier").unwrap();
        let label = Label { sku: "DM0720642442524".to_owned(), ..Label::default() };
        let write = || write_label_sheets(&first, LabelPage::A4, vec![(label.clone(), 30)]);
        assert!(write().is_err() && !first.exists());
        std::fs::remove_file(&second).unwrap();
        assert_eq!(write().unwrap(), [first.clone(), second.clone()]);
    }
}
