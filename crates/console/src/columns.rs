//! The columns of a batch's table: one row for each says its name, its width, its words and how soon it gives way where
//! the terminal is narrow. Which are shown and in which order is the operator's.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::table_view::{ItemColumn, duration_secs};
use super::theme::Theme;
use domain::item::{Item, Stage};
use domain::money::Money;
use domain::outcome::Status;
use domain::sku::Sku;

/// One column.
pub(super) struct ColumnSpec {
    pub(super) column: ItemColumn,
    /// In commands, settings and files.
    pub(super) name: &'static str,
    /// Over the table.
    pub(super) heading: &'static str,
    /// For the screen where columns are chosen.
    pub(super) description: &'static str,
    /// Cells that it needs.
    min_width: u16,
    /// Cells that it should have before a less important column comes in.
    preferred_width: u16,
    /// Its share of what is left over; 0 for a column of one width.
    flex: u16,
    pub(super) is_numeric: bool,
    /// The greatest give way first.
    hide_order: u8,
    /// Shown where nothing else is wished.
    shown_by_default: bool,
    pub(super) format_cell: fn(&Item, Theme) -> String,
}

/// All columns, in the order in which they stand where nothing else is wished.
pub(super) static COLUMNS: &[ColumnSpec] = &[
    ColumnSpec {
        heading: "UPC",
        hide_order: 0,
        format_cell: |item, _| item.upc.to_string(),
        ..fixed_width(ItemColumn::Upc, "upc", 13)
    },
    ColumnSpec {
        description: "how it ended, or that it is paused, as a sign",
        hide_order: 1,
        format_cell: |item, theme| {
            if item.paused { theme.glyph("‖", "|") } else { theme.status_symbol(item.status) }.to_owned()
        },
        ..fixed_width(ItemColumn::State, "state", 1)
    },
    ColumnSpec {
        description: "a letter for each step that is done: match, price, cover, draft",
        heading: "way",
        hide_order: 3,
        format_cell: progress_letters,
        ..fixed_width(ItemColumn::Progress, "way", 4)
    },
    ColumnSpec {
        description: "how often it is in the list",
        heading: "cp",
        is_numeric: true,
        shown_by_default: false,
        hide_order: 12,
        format_cell: |item, _| item.copies.to_string(),
        ..fixed_width(ItemColumn::Copies, "copies", 3)
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
        description: "how well the release fits the barcode",
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
        description: "how far the price can be trusted",
        heading: "trust",
        hide_order: 10,
        format_cell: |item, _| item.confidence.map(confidence_label).unwrap_or_default().to_owned(),
        ..fixed_width(ItemColumn::Confidence, "confidence", 6)
    },
    ColumnSpec {
        description: "eBay's number of the draft, else its SKU",
        heading: "draft",
        hide_order: 9,
        format_cell: |item, _| draft_reference(item),
        ..fixed_width(ItemColumn::Draft, "draft", 15)
    },
    ColumnSpec {
        description: "when it ended (UTC)",
        heading: "ended",
        hide_order: 11,
        format_cell: |item, _| item.ended_at.map(|at| format_clock_time(at.get())).unwrap_or_default(),
        ..fixed_width(ItemColumn::Ended, "ended", 8)
    },
    ColumnSpec {
        description: "from its first answer to its end",
        heading: "took",
        is_numeric: true,
        shown_by_default: false,
        hide_order: 13,
        format_cell: |item, _| duration_secs(item).map(format_duration).unwrap_or_default(),
        ..fixed_width(ItemColumn::Duration, "took", 7)
    },
    ColumnSpec {
        description: "why it is no success",
        heading: "why",
        format_cell: |item, _| text_or_empty(item.error.as_deref()),
        ..flexible_width(ItemColumn::Error, "error", (18, 23), 3, 8)
    },
];

const fn fixed_width(column: ItemColumn, name: &'static str, cells: u16) -> ColumnSpec {
    let (least, good) = (cells, cells);
    let cell = |_: &Item, _: Theme| String::new();
    let (is_number, is_standard, gives_way) = (false, true, 0);
    ColumnSpec {
        column,
        name,
        heading: "",
        description: "",
        min_width: least,
        preferred_width: good,
        flex: 0,
        is_numeric: is_number,
        hide_order: gives_way,
        shown_by_default: is_standard,
        format_cell: cell,
    }
}

const fn flexible_width(
    column: ItemColumn,
    name: &'static str,
    cells: (u16, u16),
    share: u16,
    gives_way: u8,
) -> ColumnSpec {
    let (least, good) = cells;
    ColumnSpec {
        heading: name,
        min_width: least,
        preferred_width: good,
        flex: share,
        hide_order: gives_way,
        ..fixed_width(column, name, least)
    }
}

fn text_or_empty(known: Option<&str>) -> String {
    known.unwrap_or_default().to_owned()
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

/// Four letters, one for each step that is done: match, price, cover, draft.
fn progress_letters(item: &Item, theme: Theme) -> String {
    let none = theme.glyph("·", ".");
    let drafted = matches!(item.stage, Stage::Drafting) || item.status.is_some_and(Status::is_success);
    let steps = [(item.score.is_some(), "M"), (item.has_price, "P"), (item.has_cover, "C"), (drafted, "D")];
    steps.into_iter().map(|(done, letter)| if done { letter } else { none }).collect()
}

fn draft_reference(item: &Item) -> String {
    match (&item.offer_id, item.status) {
        (Some(offer), _) => offer.to_string(),
        (None, Some(Status::Drafted | Status::AlreadyDrafted | Status::Exported)) => Sku::for_upc(item.upc).to_string(),
        _ => String::new(),
    }
}

/// UTC, as the logs have it.
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

impl ItemColumn {
    /// Its row of the table; `None` for the order of the list, which is no column.
    pub(super) fn spec(self) -> Option<&'static ColumnSpec> {
        COLUMNS.iter().find(|about| about.column == self)
    }

    /// In commands and in the line under the table.
    pub(super) fn name(self) -> &'static str {
        self.spec().map_or("list", |about| about.name)
    }
}

/// No column has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no column; there are {all}", all = COLUMNS.iter().map(|about| about.name).collect::<Vec<_>>().join(", "))]
pub struct UnknownColumn(String);

impl FromStr for ItemColumn {
    type Err = UnknownColumn;

    fn from_str(text: &str) -> Result<Self, UnknownColumn> {
        let named = COLUMNS.iter().find(|about| about.name == text).map(|about| about.column);
        named.or((text == "list").then_some(Self::ListOrder)).ok_or_else(|| UnknownColumn(text.to_owned()))
    }
}

/// The columns that are shown, in their order; never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibleColumns(Vec<ItemColumn>);

impl Default for VisibleColumns {
    fn default() -> Self {
        Self(COLUMNS.iter().filter(|about| about.shown_by_default).map(|about| about.column).collect())
    }
}

impl FromStr for VisibleColumns {
    type Err = UnknownColumn;

    /// Names with commas between them.
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

/// A column's place on the screen.
#[derive(Clone, Copy)]
pub(super) struct ColumnLayout {
    pub(super) spec: &'static ColumnSpec,
    /// From the table's left edge.
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

    /// What can be sorted by one key after the other: the list's own order, and what is shown.
    pub(super) fn next_sort_column(&self, column: ItemColumn) -> ItemColumn {
        match self.0.iter().position(|known| *known == column) {
            Some(at) => self.0.get(at + 1).copied().unwrap_or_default(),
            None => self.0.first().copied().unwrap_or_default(),
        }
    }

    /// Where each column stands in a table of `width` cells, of which the first is the mark's. Those that have no room
    /// give way, the least important first.
    pub(super) fn layout_for_width(&self, width: u16) -> Vec<ColumnLayout> {
        let mut shown = self.columns_that_fit(width.saturating_sub(1));
        shown.sort_by_key(|about| self.0.iter().position(|column| *column == about.column));
        let least = shown.iter().map(|about| about.min_width + 1).sum::<u16>().saturating_sub(1);
        let mut spare = width.saturating_sub(1).saturating_sub(least);
        let mut shares = shown.iter().map(|about| about.flex).sum::<u16>();
        let mut x = 1;
        let mut laid = Vec::new();
        for about in shown {
            let more = spare.saturating_mul(about.flex).checked_div(shares).unwrap_or_default();
            (spare, shares) = (spare - more, shares - about.flex);
            laid.push(ColumnLayout { spec: about, x, width: (about.min_width + more).min(width.saturating_sub(x)) });
            x += about.min_width + more + 1;
        }
        laid
    }

    fn columns_that_fit(&self, room: u16) -> Vec<&'static ColumnSpec> {
        let mut wanted = self.0.iter().filter_map(|column| column.spec()).collect::<Vec<_>>();
        wanted.sort_by_key(|about| about.hide_order);
        let (mut taken, mut cells) = (Vec::new(), 0);
        for about in wanted {
            if taken.is_empty() || cells + about.min_width <= room {
                cells += about.preferred_width + 1;
                taken.push(about);
            }
        }
        taken
    }
}
