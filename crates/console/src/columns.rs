//! The columns of a batch's table: for each its name, its width, its texts, and how early it is hidden in a narrow
//! terminal. The operator chooses which are shown, and their order.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::theme::Theme;
use domain::item::{Item, Stage};
use domain::money::Money;
use domain::outcome::Status;
use domain::sku::Sku;
use domain::terminal_text::strip_terminal_controls;
use unicode_width::UnicodeWidthStr as _;

/// What a column shows, and what rows are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ItemColumn {
    /// The order of the list; not a column.
    #[default]
    ListOrder,
    State,
    Progress,
    Upc,
    Copies,
    Artist,
    Title,
    Format,
    Price,
    Score,
    Confidence,
    Draft,
    Ended,
    Duration,
    Error,
}

/// The definition of a column.
pub(super) struct ColumnSpec {
    pub(super) column: ItemColumn,
    /// Name in commands, settings and files.
    pub(super) name: &'static str,
    /// Heading in the table.
    pub(super) heading: &'static str,
    /// Description for the column picker.
    pub(super) description: &'static str,
    /// Minimum width in cells; the maximum one of a column that gets no share of the remaining width.
    min_width: u16,
    /// Width in cells that it gets before a less important column is shown.
    preferred_width: u16,
    /// Share of the remaining width; 0 for a column that is never wider than its minimum.
    flex: u16,
    pub(super) is_numeric: bool,
    /// Columns with the greatest number are hidden first.
    hide_order: u8,
    /// True if the column is shown by default.
    shown_by_default: bool,
    pub(super) format_cell: fn(&Item, Theme) -> String,
}

/// Number of columns.
const COLUMN_COUNT: usize = 14;

/// All columns, in their default order.
pub(super) static COLUMNS: [ColumnSpec; COLUMN_COUNT] = [
    ColumnSpec {
        heading: "UPC",
        hide_order: 0,
        format_cell: |item, _| item.upc.to_string(),
        ..fixed_width(ItemColumn::Upc, "upc", 13)
    },
    ColumnSpec {
        description: "state as a symbol",
        hide_order: 1,
        format_cell: |item, theme| {
            if item.paused { theme.glyph("‖", "|") } else { theme.status_symbol(item.status) }.to_owned()
        },
        ..fixed_width(ItemColumn::State, "state", 1)
    },
    ColumnSpec {
        description: "finished steps: Matched, Priced, Cover found, Drafted",
        heading: "steps",
        hide_order: 3,
        format_cell: progress_letters,
        ..fixed_width(ItemColumn::Progress, "steps", 5)
    },
    ColumnSpec {
        description: "quantity in the list",
        heading: "copies",
        is_numeric: true,
        shown_by_default: false,
        hide_order: 12,
        format_cell: |item, _| item.copies.to_string(),
        ..fixed_width(ItemColumn::Copies, "copies", 6)
    },
    ColumnSpec {
        format_cell: |item, _| text_or_empty(item.artist.as_deref()),
        ..flexible_width(ItemColumn::Artist, "artist", (8, 14), 2, 4)
    },
    ColumnSpec {
        format_cell: |item, _| text_or_empty(item.title.as_deref()),
        ..flexible_width(ItemColumn::Title, "title", (12, 18), 3, 5)
    },
    ColumnSpec {
        heading: "format",
        hide_order: 6,
        format_cell: |item, _| text_or_empty(item.format.as_deref()),
        ..fixed_width(ItemColumn::Format, "format", 8)
    },
    ColumnSpec {
        description: "match score",
        heading: "match",
        is_numeric: true,
        hide_order: 7,
        format_cell: |item, _| item.score.map(|score| format!("{score}%")).unwrap_or_default(),
        ..fixed_width(ItemColumn::Score, "match", 5)
    },
    ColumnSpec {
        heading: "price",
        is_numeric: true,
        hide_order: 2,
        format_cell: |item, _| item.price.map(Money::amount).unwrap_or_default(),
        ..fixed_width(ItemColumn::Price, "price", 9)
    },
    ColumnSpec {
        description: "confidence of the price",
        heading: "confidence",
        hide_order: 10,
        format_cell: |item, _| item.confidence.map(confidence_label).unwrap_or_default().to_owned(),
        ..fixed_width(ItemColumn::Confidence, "confidence", 10)
    },
    ColumnSpec {
        description: "eBay's offer ID, the SKU, or that it is in the drafts file",
        heading: "draft",
        hide_order: 9,
        format_cell: |item, _| draft_reference(item),
        ..fixed_width(ItemColumn::Draft, "draft", 15)
    },
    ColumnSpec {
        description: "time when it finished (UTC)",
        heading: "ended",
        hide_order: 11,
        format_cell: |item, _| item.ended_at.map(|at| format_clock_time(at.get())).unwrap_or_default(),
        ..fixed_width(ItemColumn::Ended, "ended", 8)
    },
    ColumnSpec {
        description: "time from the first answer to the end",
        heading: "took",
        is_numeric: true,
        shown_by_default: false,
        hide_order: 13,
        format_cell: |item, _| duration_secs(item).map(format_duration).unwrap_or_default(),
        ..fixed_width(ItemColumn::Duration, "took", 7)
    },
    ColumnSpec {
        description: "why it failed or needs review",
        heading: "reason",
        format_cell: |item, _| text_or_empty(item.error.as_deref()),
        ..flexible_width(ItemColumn::Error, "error", (18, 23), 3, 8)
    },
];

const fn fixed_width(column: ItemColumn, name: &'static str, cells: u16) -> ColumnSpec {
    ColumnSpec {
        column,
        name,
        heading: "",
        description: "",
        min_width: cells,
        preferred_width: cells,
        flex: 0,
        is_numeric: false,
        hide_order: 0,
        shown_by_default: true,
        format_cell: |_, _| String::new(),
    }
}

const fn flexible_width(
    column: ItemColumn,
    name: &'static str,
    (min_width, preferred_width): (u16, u16),
    flex: u16,
    hide_order: u8,
) -> ColumnSpec {
    ColumnSpec { heading: name, min_width, preferred_width, flex, hide_order, ..fixed_width(column, name, min_width) }
}

fn text_or_empty(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

const fn confidence_label(confidence: domain::pricing::Confidence) -> &'static str {
    use domain::pricing::Confidence;
    match confidence {
        Confidence::None => "none",
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// Returns four letters, one for each completed step: match, price, cover, draft.
fn progress_letters(item: &Item, theme: Theme) -> String {
    let none = theme.glyph("·", ".");
    let drafted = matches!(item.stage, Stage::Drafting) || item.status.is_some_and(Status::is_success);
    let steps = [(item.score.is_some(), "M"), (item.has_price, "P"), (item.has_cover, "C"), (drafted, "D")];
    steps.into_iter().map(|(done, letter)| if done { letter } else { none }).collect()
}

fn draft_reference(item: &Item) -> String {
    match (&item.offer_id, item.status) {
        (Some(offer), _) => offer.to_string(),
        // The SKU of a row in the drafts file repeats the UPC.
        (None, Some(Status::Exported)) => "in file".to_owned(),
        (None, Some(Status::Drafted | Status::AlreadyDrafted)) => Sku::for_upc(item.upc).to_string(),
        _ => String::new(),
    }
}

/// Formats a Unix time as a time of day in UTC, as in the logs.
fn format_clock_time(second: u32) -> String {
    let at = Timestamp::from_second(i64::from(second)).unwrap_or_default();
    at.strftime("%H:%M:%S").to_string()
}

fn format_duration(seconds: u32) -> String {
    match seconds {
        0..100 => format!("{seconds} s"),
        100..6_000 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

/// Returns the seconds from the item's first reply to its final status; `None` until then.
pub(super) fn duration_secs(item: &Item) -> Option<u32> {
    Some(item.ended_at?.get().saturating_sub(item.started_at?.get()))
}

impl ItemColumn {
    /// Returns the definition of the column; `None` for the order of the list.
    pub(super) fn spec(self) -> Option<&'static ColumnSpec> {
        COLUMNS.iter().find(|spec| spec.column == self)
    }

    /// Returns the name for commands and for the line below the table.
    pub(super) fn name(self) -> &'static str {
        self.spec().map_or("list", |spec| spec.name)
    }
}

/// Names that columns had in earlier versions, with their names now. Settings and files may contain them.
const COLUMN_ALIASES: [(&str, &str); 1] = [("way", "steps")];

/// Error for a name that no column has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown column {0:?}; the columns are {all}", all = COLUMNS.iter().map(|spec| spec.name).collect::<Vec<_>>().join(", "))]
pub struct UnknownColumn(String);

impl FromStr for ItemColumn {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let text = COLUMN_ALIASES.iter().find(|(alias, _)| *alias == text).map_or(text, |(_, name)| *name);
        let column = COLUMNS.iter().find(|spec| spec.name == text).map(|spec| spec.column);
        column.or((text == "list").then_some(Self::ListOrder)).ok_or_else(|| UnknownColumn(text.to_owned()))
    }
}

/// The columns that are shown, in their order; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibleColumns(Vec<ItemColumn>);

impl Default for VisibleColumns {
    fn default() -> Self {
        Self(COLUMNS.iter().filter(|spec| spec.shown_by_default).map(|spec| spec.column).collect())
    }
}

impl FromStr for VisibleColumns {
    type Err = UnknownColumn;

    /// Parses names with commas between them. No names mean the default columns.
    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let mut columns = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let column = name.parse::<ItemColumn>()?;
            if column == ItemColumn::ListOrder {
                return Err(UnknownColumn(name.to_owned()));
            }
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        Ok(if columns.is_empty() { Self::default() } else { Self(columns) })
    }
}

impl fmt::Display for VisibleColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|column| column.name()).collect::<Vec<_>>().join(","))
    }
}

/// The position of a column on the screen.
#[derive(Clone, Copy)]
pub(super) struct ColumnLayout {
    pub(super) spec: &'static ColumnSpec,
    /// First cell, from the left edge of the table.
    pub(super) x: u16,
    pub(super) width: u16,
}

impl VisibleColumns {
    pub(super) fn as_slice(&self) -> &[ItemColumn] {
        &self.0
    }

    pub(super) fn from_columns(columns: Vec<ItemColumn>) -> Option<Self> {
        (!columns.is_empty()).then_some(Self(columns))
    }

    /// Returns the next sort column: the visible columns in their order, then the order of the list.
    pub(super) fn next_sort_column(&self, column: ItemColumn) -> ItemColumn {
        match self.0.iter().position(|known| *known == column) {
            Some(index) => self.0.get(index + 1).copied().unwrap_or_default(),
            None => self.0.first().copied().unwrap_or_default(),
        }
    }

    /// Returns the position of each column in a table of `width` cells, the first of which shows the selection mark. No column
    /// is wider than its content. Columns that do not fit are hidden, the least important first.
    pub(super) fn layout_for_width(&self, width: u16, content: &ContentWidths) -> Vec<ColumnLayout> {
        let mut shown = self.columns_that_fit(width.saturating_sub(1), content);
        shown.sort_by_key(|spec| self.0.iter().position(|column| *column == spec.column));
        let mut widths = shown.iter().map(|spec| content.min_width(spec)).collect::<Vec<_>>();
        let used = widths.iter().map(|width| width + 1).sum::<u16>().saturating_sub(1);
        let mut spare = width.saturating_sub(1).saturating_sub(used);
        // The most important columns first, then all by their shares.
        let mut by_importance = (0..shown.len()).collect::<Vec<_>>();
        by_importance.sort_by_key(|index| shown[*index].hide_order);
        for index in by_importance {
            let extra = spare.min(content.preferred_width(shown[index]).saturating_sub(widths[index]));
            widths[index] += extra;
            spare -= extra;
        }
        // A column whose content is shown in full leaves the rest of its share to the others.
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
            let column = ColumnLayout { spec, x, width: cells.min(width.saturating_sub(x)) };
            x += cells + 1;
            column
        });
        layout.collect()
    }

    fn columns_that_fit(&self, width: u16, content: &ContentWidths) -> Vec<&'static ColumnSpec> {
        let mut by_importance = self.0.iter().filter_map(|column| column.spec()).collect::<Vec<_>>();
        by_importance.sort_by_key(|spec| spec.hide_order);
        let widths_of = |spec: &&ColumnSpec| (content.min_width(spec), content.preferred_width(spec));
        fit_columns(by_importance, widths_of, width)
    }
}

/// Maximum width of a cell that is measured.
const MAX_CONTENT_WIDTH: u16 = 200;

/// Width of the widest cell of each column, of all rows that were shown. It only grows, so that columns stay where they are
/// while the rows scroll.
#[derive(Clone, Debug, Default)]
pub(super) struct ContentWidths([u16; COLUMN_COUNT]);

impl ContentWidths {
    /// Measures the cells of an item.
    pub(super) fn measure(&mut self, item: &Item, theme: Theme, columns: &VisibleColumns) {
        for (spec, widest) in COLUMNS.iter().zip(&mut self.0) {
            if *widest < MAX_CONTENT_WIDTH && columns.0.contains(&spec.column) {
                let text = (spec.format_cell)(item, theme);
                let width = u16::try_from(strip_terminal_controls(&text).width()).unwrap_or(u16::MAX);
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

/// Returns the columns that fit into `width` cells with a cell between them, the most important first, and always at
/// least one. A column fits if its minimum width does after the preferred widths of the columns before it. `widths_of`
/// returns both.
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
