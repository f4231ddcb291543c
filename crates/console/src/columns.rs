//! The columns of a batch's table: the name, width and cell text of each, and how early it is hidden in a narrow
//! terminal. The operator chooses which columns are shown, and their order.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::item_activity::ItemActivity;
use super::item_photos::PhotoCounts;
use super::theme::Theme;
use domain::item::Item;
use domain::money::Money;
use domain::outcome::Status;
use domain::upc::Upc;

/// A column of the table, or the order of the list. Rows can be sorted by each of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ItemColumn {
    /// The order of the list, which is not a column.
    #[default]
    ListOrder,
    State,
    Progress,
    Upc,
    Copies,
    Location,
    Grade,
    Artist,
    Title,
    Format,
    Price,
    Score,
    Confidence,
    Draft,
    Photos,
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
    /// Minimum width in cells.
    pub(super) min_width: u16,
    /// Width in cells that the column gets before less important columns are shown. It is the maximum width of a column
    /// without a share of the remaining width.
    pub(super) preferred_width: u16,
    /// Share of the remaining width; 0 if the column is never wider than its preferred width.
    pub(super) flex: u16,
    pub(super) is_numeric: bool,
    /// Priority for hiding: columns with the highest number are hidden first.
    pub(super) hide_order: u8,
    /// Whether the column is shown by default.
    shown_by_default: bool,
    /// Whether the column is hidden while all its cells are empty.
    pub(super) hides_if_empty: bool,
    pub(super) format_cell: fn(&Item, CellContext<'_>) -> String,
}

/// What cells show in addition to the item.
#[derive(Clone, Copy)]
pub(super) struct CellContext<'a> {
    pub(super) theme: Theme,
    pub(super) photos: &'a PhotoCounts,
    /// The items that services are being asked about.
    pub(super) asked_upcs: &'a HashSet<Upc>,
}

/// Number of columns.
pub(super) const COLUMN_COUNT: usize = 17;

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
        format_cell: |item, CellContext { theme, asked_upcs, .. }| {
            ItemActivity::for_item(item, asked_upcs).symbol(theme).to_owned()
        },
        ..fixed_width(ItemColumn::State, "state", 1)
    },
    ColumnSpec {
        description: "finished steps: Matched, Priced, Cover found, Drafted",
        heading: "steps",
        hide_order: 3,
        format_cell: |item, context| progress_letters(item, context.theme),
        ..fixed_width(ItemColumn::Progress, "steps", 5)
    },
    ColumnSpec {
        description: "quantity in the list",
        heading: "copies",
        is_numeric: true,
        shown_by_default: false,
        hide_order: 15,
        format_cell: |item, _| item.copies.to_string(),
        ..fixed_width(ItemColumn::Copies, "copies", 6)
    },
    ColumnSpec {
        format_cell: |item, _| text_or_empty(item.artist.as_deref()),
        ..flexible_width(ItemColumn::Artist, "artist", (8, 14), 2, 6)
    },
    ColumnSpec {
        format_cell: |item, _| text_or_empty(item.title.as_deref()),
        ..flexible_width(ItemColumn::Title, "title", (12, 18), 3, 7)
    },
    ColumnSpec {
        heading: "format",
        hide_order: 8,
        format_cell: |item, _| text_or_empty(item.format.as_deref()),
        ..fixed_width(ItemColumn::Format, "format", 8)
    },
    ColumnSpec {
        description: "match score",
        heading: "match",
        is_numeric: true,
        hide_order: 9,
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
        hide_order: 13,
        format_cell: |item, _| item.confidence.map(confidence_label).unwrap_or_default().to_owned(),
        ..fixed_width(ItemColumn::Confidence, "confidence", 10)
    },
    ColumnSpec {
        description: "offer ID on eBay, or SKU; a row of a drafts file: in file",
        heading: "draft",
        preferred_width: 24,
        hide_order: 11,
        format_cell: |item, _| draft_reference(item),
        ..fixed_width(ItemColumn::Draft, "draft", 15)
    },
    ColumnSpec {
        description: "number of your own photos; photos:0 filters those without",
        heading: "photos",
        is_numeric: true,
        hide_order: 12,
        hides_if_empty: true,
        format_cell: |item, context| {
            context.photos.count_for(item.upc).map(|count| count.to_string()).unwrap_or_default()
        },
        ..fixed_width(ItemColumn::Photos, "photos", 6)
    },
    ColumnSpec {
        description: "location of the copies, if the list states any",
        heading: "location",
        preferred_width: 12,
        flex: 1,
        hide_order: 5,
        hides_if_empty: true,
        format_cell: |item, _| item.terms.as_ref().and_then(|terms| terms.location()).unwrap_or_default(),
        ..fixed_width(ItemColumn::Location, "location", 8)
    },
    ColumnSpec {
        description: "grades of media/sleeve, or condition, if stated",
        heading: "grade",
        preferred_width: 9,
        hide_order: 4,
        hides_if_empty: true,
        format_cell: |item, _| item.terms.as_ref().and_then(|terms| terms.grade()).unwrap_or_default(),
        ..fixed_width(ItemColumn::Grade, "grade", 6)
    },
    ColumnSpec {
        description: "time when the item finished (UTC)",
        heading: "ended",
        hide_order: 14,
        format_cell: |item, _| item.ended_at.map(|at| format_clock_time(at.get())).unwrap_or_default(),
        ..fixed_width(ItemColumn::Ended, "ended", 8)
    },
    ColumnSpec {
        description: "time from the first answer until the item finished",
        heading: "took",
        is_numeric: true,
        shown_by_default: false,
        hide_order: 16,
        format_cell: |item, _| duration_secs(item).map(format_duration).unwrap_or_default(),
        ..fixed_width(ItemColumn::Duration, "took", 7)
    },
    ColumnSpec {
        description: "why the item failed or needs review",
        heading: "reason",
        format_cell: |item, _| text_or_empty(item.error.as_deref()),
        ..flexible_width(ItemColumn::Error, "error", (18, 23), 3, 10)
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
        hides_if_empty: false,
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

/// Returns one letter for each completed step: match, price, cover, draft.
fn progress_letters(item: &Item, theme: Theme) -> String {
    let none = theme.glyph("·", ".");
    let drafted = item.status.is_some_and(Status::is_success);
    let steps = [(item.score.is_some(), "M"), (item.has_price, "P"), (item.has_cover, "C"), (drafted, "D")];
    steps.into_iter().map(|(done, letter)| if done { letter } else { none }).collect()
}

fn draft_reference(item: &Item) -> String {
    match (&item.offer_id, item.status) {
        (Some(offer), _) => offer.to_string(),
        // The SKU of a row in the drafts file would repeat the UPC.
        (None, Some(Status::Exported)) => "in file".to_owned(),
        (None, Some(Status::Drafted | Status::AlreadyDrafted)) => item.sku().to_string(),
        _ => String::new(),
    }
}

/// Formats a Unix time as the time of day in UTC, as the logs do.
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

/// Returns the seconds from an item's first reply to its final status; `None` before that.
pub(super) fn duration_secs(item: &Item) -> Option<u32> {
    Some(item.ended_at?.get().saturating_sub(item.started_at?.get()))
}

impl ItemColumn {
    /// Returns the definition of the column; `None` for the order of the list.
    pub(super) fn spec(self) -> Option<&'static ColumnSpec> {
        COLUMNS.iter().find(|spec| spec.column == self)
    }

    /// Returns the name for commands and for the line below the table; `list` for the order of the list.
    pub(super) fn name(self) -> &'static str {
        self.spec().map_or("list", |spec| spec.name)
    }
}

/// Column names of earlier versions and headings that differ from the name, with the names. Settings and files may
/// contain the earlier ones.
const COLUMN_ALIASES: [(&str, &str); 2] = [("way", "steps"), ("reason", "error")];

/// Error for a name that is not a column.
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

/// The visible columns in their order; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibleColumns(Vec<ItemColumn>);

impl Default for VisibleColumns {
    fn default() -> Self {
        Self(COLUMNS.iter().filter(|spec| spec.shown_by_default).map(|spec| spec.column).collect())
    }
}

impl FromStr for VisibleColumns {
    type Err = UnknownColumn;

    /// Parses names separated by commas. An empty text means the default columns.
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

impl VisibleColumns {
    pub(super) fn as_slice(&self) -> &[ItemColumn] {
        &self.0
    }

    pub(super) fn from_columns(columns: Vec<ItemColumn>) -> Option<Self> {
        (!columns.is_empty()).then_some(Self(columns))
    }

    /// Returns the next column to sort by: the visible columns in their order, then the order of the list.
    pub(super) fn next_sort_column(&self, column: ItemColumn) -> ItemColumn {
        match self.0.iter().position(|known| *known == column) {
            Some(index) => self.0.get(index + 1).copied().unwrap_or_default(),
            None => self.0.first().copied().unwrap_or_default(),
        }
    }
}
