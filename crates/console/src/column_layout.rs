//! Computes the positions of a table's columns. Columns are as wide as their content; the least important ones are
//! hidden if they do not fit.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr as _;

use super::columns::{COLUMN_COUNT, COLUMNS, CellContext, ColumnSpec, VisibleColumns};
use domain::item::Item;
use domain::terminal_text::strip_terminal_controls;

/// The texts of an item's cells, by the index of their columns in [`COLUMNS`]. Hidden columns have empty texts.
pub(super) struct RowCells([String; COLUMN_COUNT]);

impl RowCells {
    /// Formats the cells of the visible columns, without control characters.
    pub(super) fn format(item: &Item, context: CellContext<'_>, columns: &VisibleColumns) -> Self {
        Self(std::array::from_fn(|index| {
            let spec = &COLUMNS[index];
            if !columns.as_slice().contains(&spec.column) {
                return String::new();
            }
            let text = (spec.format_cell)(item, context);
            match strip_terminal_controls(&text) {
                Cow::Borrowed(_) => text,
                Cow::Owned(stripped) => stripped,
            }
        }))
    }

    /// Returns the text of a column.
    pub(super) fn text(&self, column: &ColumnLayout) -> &str {
        &self.0[column.index]
    }
}

/// A visible column with its position on the screen.
#[derive(Clone, Copy)]
pub(super) struct ColumnLayout {
    pub(super) spec: &'static ColumnSpec,
    /// Index in [`COLUMNS`].
    index: usize,
    /// First cell, counted from the left edge of the table.
    pub(super) x: u16,
    pub(super) width: u16,
}

impl VisibleColumns {
    /// Computes the position of each column in a table of `width` cells, the first of which shows the selection mark.
    /// No column is wider than its content. Columns that do not fit are hidden, the least important first.
    pub(super) fn layout_for_width(&self, width: u16, content: &ContentWidths) -> Vec<ColumnLayout> {
        let mut shown = self.columns_that_fit(width.saturating_sub(1), content);
        shown.sort_by_key(|spec| self.as_slice().iter().position(|column| *column == spec.column));
        let mut widths = shown.iter().map(|spec| content.min_width(spec)).collect::<Vec<_>>();
        let used = widths.iter().map(|width| width + 1).sum::<u16>().saturating_sub(1);
        let mut spare = width.saturating_sub(1).saturating_sub(used);
        // First widen the most important columns, then all columns by their shares.
        let mut by_importance = (0..shown.len()).collect::<Vec<_>>();
        by_importance.sort_by_key(|index| shown[*index].hide_order);
        for index in by_importance {
            let extra = spare.min(content.preferred_width(shown[index]).saturating_sub(widths[index]));
            widths[index] += extra;
            spare -= extra;
        }
        // A column that shows its whole content leaves the rest of its share to the others.
        loop {
            let is_cut = |index: &usize| shown[*index].flex > 0 && widths[*index] < content.full_width(shown[*index]);
            let cut = (0..shown.len()).filter(is_cut).collect::<Vec<_>>();
            let (mut shares, before) = (cut.iter().map(|index| shown[*index].flex).sum::<u16>(), spare);
            for index in cut {
                let added = spare.saturating_mul(shown[index].flex).checked_div(shares).unwrap_or_default();
                let extra = added.min(content.full_width(shown[index]) - widths[index]);
                widths[index] += extra;
                (spare, shares) = (spare - extra, shares - shown[index].flex);
            }
            if spare == before {
                break;
            }
        }
        let mut x = 1;
        let layout = shown.into_iter().zip(widths).map(|(spec, cells)| {
            let index = COLUMNS.iter().position(|known| known.column == spec.column).unwrap_or_default();
            let column = ColumnLayout { spec, index, x, width: cells.min(width.saturating_sub(x)) };
            x += cells + 1;
            column
        });
        layout.collect()
    }

    /// Returns the number of columns that `layout` lacks although they have content.
    pub(super) fn count_hidden(&self, layout: &[ColumnLayout], content: &ContentWidths) -> usize {
        let with_content =
            self.as_slice().iter().filter_map(|column| column.spec()).filter(|spec| !content.hides(spec));
        with_content.count() - layout.len()
    }

    fn columns_that_fit(&self, width: u16, content: &ContentWidths) -> Vec<&'static ColumnSpec> {
        let shown = self.as_slice().iter().filter_map(|column| column.spec());
        let mut by_importance = shown.filter(|spec| !content.hides(spec)).collect::<Vec<_>>();
        by_importance.sort_by_key(|spec| spec.hide_order);
        let widths_of = |spec: &&ColumnSpec| (content.min_width(spec), content.preferred_width(spec));
        fit_columns(by_importance, widths_of, width)
    }
}

/// Maximum measured width of a cell.
const MAX_CONTENT_WIDTH: u16 = 200;

/// Width of the widest cell of each column, among all rows that were shown. It only grows, so that columns do not move
/// while the rows scroll.
#[derive(Clone, Debug, Default)]
pub(super) struct ContentWidths([u16; COLUMN_COUNT]);

impl ContentWidths {
    /// Measures the cells of one item.
    pub(super) fn measure(&mut self, cells: &RowCells) {
        for (text, widest) in cells.0.iter().zip(&mut self.0) {
            if *widest < MAX_CONTENT_WIDTH && !text.is_empty() {
                let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
                *widest = (*widest).max(width.min(MAX_CONTENT_WIDTH));
            }
        }
    }

    /// Returns the width of the widest cell or of the heading; `None` if there is no content yet.
    fn measured(&self, spec: &ColumnSpec) -> Option<u16> {
        let index = COLUMNS.iter().position(|known| known.column == spec.column)?;
        let heading = u16::try_from(spec.heading.len()).unwrap_or(u16::MAX);
        Some(self.0[index]).filter(|width| *width > 0).map(|width| width.max(heading))
    }

    /// Returns true for a column that is hidden because no cell has had a text.
    pub(super) fn hides(&self, spec: &ColumnSpec) -> bool {
        spec.hides_if_empty && self.measured(spec).is_none()
    }

    fn min_width(&self, spec: &ColumnSpec) -> u16 {
        let heading = u16::try_from(spec.heading.len().max(1)).unwrap_or(u16::MAX);
        match (self.measured(spec), spec.flex) {
            (None, 0) => heading.min(spec.min_width),
            (None, _) => spec.min_width,
            (Some(width), _) => width.min(spec.min_width),
        }
    }

    fn preferred_width(&self, spec: &ColumnSpec) -> u16 {
        self.full_width(spec).min(spec.preferred_width).max(self.min_width(spec))
    }

    /// Returns the width at which no cell is cut.
    fn full_width(&self, spec: &ColumnSpec) -> u16 {
        self.measured(spec).unwrap_or(spec.preferred_width)
    }
}

/// Returns the columns that fit into `width` cells with one cell between them, the most important first, and always at
/// least one. `widths_of` returns the minimum and preferred widths of a column. A column fits if its minimum width fits
/// after the preferred widths of the columns before it.
pub(super) fn fit_columns<T>(
    by_importance: impl IntoIterator<Item = T>,
    widths_of: impl Fn(&T) -> (u16, u16),
    width: u16,
) -> Vec<T> {
    let (mut fitting, mut used_cells) = (Vec::new(), 0);
    for column in by_importance {
        let (min_width, preferred_width) = widths_of(&column);
        if fitting.is_empty() || used_cells + min_width <= width {
            used_cells += preferred_width + 1;
            fitting.push(column);
        }
    }
    fitting
}
