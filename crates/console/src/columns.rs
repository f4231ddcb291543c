//! The columns of a batch's table: one row for each says its name, its width, its words and how soon it gives way where
//! the terminal is narrow. Which are shown and in which order is the operator's.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::theme::Theme;
use super::view::{Column, took};
use domain::item::{Item, Stage};
use domain::money::Money;
use domain::outcome::Status;
use domain::sku::Sku;

/// One column.
pub(super) struct About {
    pub(super) column: Column,
    /// In commands, settings and files.
    pub(super) name: &'static str,
    /// Over the table.
    pub(super) heading: &'static str,
    /// For the screen where columns are chosen.
    pub(super) words: &'static str,
    /// Cells that it needs.
    least: u16,
    /// Cells that it should have before a less important column comes in.
    good: u16,
    /// Its share of what is left over; 0 for a column of one width.
    share: u16,
    pub(super) is_number: bool,
    /// The greatest give way first.
    gives_way: u8,
    /// Shown where nothing else is wished.
    is_standard: bool,
    pub(super) cell: fn(&Item, Theme) -> String,
}

/// All columns, in the order in which they stand where nothing else is wished.
pub(super) static COLUMNS: &[About] = &[
    About { heading: "UPC", gives_way: 0, cell: |item, _| item.upc.to_string(), ..fixed(Column::Upc, "upc", 13) },
    About {
        words: "how it ended, or that it is paused, as a sign",
        gives_way: 1,
        cell: |item, theme| if item.held { theme.pick("‖", "|") } else { theme.sign(item.status) }.to_owned(),
        ..fixed(Column::State, "state", 1)
    },
    About {
        words: "a letter for each step that is done: match, price, cover, draft",
        heading: "way",
        gives_way: 3,
        cell: way,
        ..fixed(Column::Way, "way", 4)
    },
    About {
        words: "how often it is in the list",
        heading: "cp",
        is_number: true,
        is_standard: false,
        gives_way: 12,
        cell: |item, _| item.copies.to_string(),
        ..fixed(Column::Copies, "copies", 3)
    },
    About { cell: |item, _| text(item.artist.as_deref()), ..wide(Column::Artist, "artist", (8, 14), 2, 4) },
    About { cell: |item, _| text(item.title.as_deref()), ..wide(Column::Title, "title", (12, 18), 3, 5) },
    About {
        heading: "format",
        gives_way: 6,
        cell: |item, _| text(item.format.as_deref()),
        ..fixed(Column::Format, "format", 8)
    },
    About {
        words: "how well the release fits the barcode",
        heading: "match",
        is_number: true,
        gives_way: 7,
        cell: |item, _| item.score.map(|score| format!("{score}%")).unwrap_or_default(),
        ..fixed(Column::Score, "match", 5)
    },
    About {
        heading: "price",
        is_number: true,
        gives_way: 2,
        cell: |item, _| item.price.map(Money::amount).unwrap_or_default(),
        ..fixed(Column::Price, "price", 9)
    },
    About {
        words: "how far the price can be trusted",
        heading: "trust",
        gives_way: 10,
        cell: |item, _| item.confidence.map(confidence).unwrap_or_default().to_owned(),
        ..fixed(Column::Confidence, "confidence", 6)
    },
    About {
        words: "eBay's number of the draft, else its SKU",
        heading: "draft",
        gives_way: 9,
        cell: |item, _| draft(item),
        ..fixed(Column::Draft, "draft", 15)
    },
    About {
        words: "when it ended (UTC)",
        heading: "ended",
        gives_way: 11,
        cell: |item, _| item.ended.map(|at| clock(at.get())).unwrap_or_default(),
        ..fixed(Column::Ended, "ended", 8)
    },
    About {
        words: "from its first answer to its end",
        heading: "took",
        is_number: true,
        is_standard: false,
        gives_way: 13,
        cell: |item, _| took(item).map(lasting).unwrap_or_default(),
        ..fixed(Column::Took, "took", 7)
    },
    About {
        words: "why it is no success",
        heading: "why",
        cell: |item, _| text(item.error.as_deref()),
        ..wide(Column::Error, "error", (18, 23), 3, 8)
    },
];

const fn fixed(column: Column, name: &'static str, cells: u16) -> About {
    let (least, good) = (cells, cells);
    let cell = |_: &Item, _: Theme| String::new();
    let (is_number, is_standard, gives_way) = (false, true, 0);
    About { column, name, heading: "", words: "", least, good, share: 0, is_number, gives_way, is_standard, cell }
}

const fn wide(column: Column, name: &'static str, cells: (u16, u16), share: u16, gives_way: u8) -> About {
    let (least, good) = cells;
    About { heading: name, least, good, share, gives_way, ..fixed(column, name, least) }
}

fn text(known: Option<&str>) -> String {
    known.unwrap_or_default().to_owned()
}

const fn confidence(confidence: domain::appraisal::Confidence) -> &'static str {
    use domain::appraisal::Confidence;
    match confidence {
        Confidence::None => "none",
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

/// Four letters, one for each step that is done: match, price, cover, draft.
fn way(item: &Item, theme: Theme) -> String {
    let none = theme.pick("·", ".");
    let drafted = matches!(item.stage, Stage::Drafting) || item.status.is_some_and(Status::is_success);
    let steps = [(item.score.is_some(), "M"), (item.appraised, "P"), (item.illustrated, "C"), (drafted, "D")];
    steps.into_iter().map(|(done, letter)| if done { letter } else { none }).collect()
}

fn draft(item: &Item) -> String {
    match (&item.offer, item.status) {
        (Some(offer), _) => offer.to_string(),
        (None, Some(Status::Drafted | Status::AlreadyDrafted | Status::Exported)) => Sku::of(item.upc).to_string(),
        _ => String::new(),
    }
}

/// UTC, as the logs have it.
fn clock(second: u32) -> String {
    let at = Timestamp::from_second(i64::from(second)).unwrap_or_default();
    at.strftime("%H:%M:%S").to_string()
}

fn lasting(seconds: u32) -> String {
    match seconds {
        0..100 => format!("{seconds} s"),
        100..6_000 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

impl Column {
    /// Its row of the table; `None` for the order of the list, which is no column.
    pub(super) fn about(self) -> Option<&'static About> {
        COLUMNS.iter().find(|about| about.column == self)
    }

    /// In commands and in the line under the table.
    pub(super) fn name(self) -> &'static str {
        self.about().map_or("list", |about| about.name)
    }
}

/// No column has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no column; there are {all}", all = COLUMNS.iter().map(|about| about.name).collect::<Vec<_>>().join(", "))]
pub struct BadColumn(String);

impl FromStr for Column {
    type Err = BadColumn;

    fn from_str(text: &str) -> Result<Self, BadColumn> {
        let named = COLUMNS.iter().find(|about| about.name == text).map(|about| about.column);
        named.or((text == "list").then_some(Self::Place)).ok_or_else(|| BadColumn(text.to_owned()))
    }
}

/// The columns that are shown, in their order; never none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

impl Default for Columns {
    fn default() -> Self {
        Self(COLUMNS.iter().filter(|about| about.is_standard).map(|about| about.column).collect())
    }
}

impl FromStr for Columns {
    type Err = BadColumn;

    /// Names with commas between them.
    fn from_str(text: &str) -> Result<Self, BadColumn> {
        let mut columns = Vec::new();
        for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let column = name.parse::<Column>()?;
            if column == Column::Place {
                return Err(BadColumn(name.to_owned()));
            }
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        Ok(if columns.is_empty() { Self::default() } else { Self(columns) })
    }
}

impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().map(|column| column.name()).collect::<Vec<_>>().join(","))
    }
}

/// A column's place on the screen.
#[derive(Clone, Copy)]
pub(super) struct Laid {
    pub(super) about: &'static About,
    /// From the table's left edge.
    pub(super) x: u16,
    pub(super) width: u16,
}

impl Columns {
    pub(super) fn all(&self) -> &[Column] {
        &self.0
    }

    pub(super) fn of(columns: Vec<Column>) -> Option<Self> {
        (!columns.is_empty()).then_some(Self(columns))
    }

    /// What can be sorted by one key after the other: the list's own order, and what is shown.
    pub(super) fn after(&self, column: Column) -> Column {
        match self.0.iter().position(|known| *known == column) {
            Some(at) => self.0.get(at + 1).copied().unwrap_or_default(),
            None => self.0.first().copied().unwrap_or_default(),
        }
    }

    /// Where each column stands in a table of `width` cells, of which the first is the mark's. Those that have no room
    /// give way, the least important first.
    pub(super) fn laid(&self, width: u16) -> Vec<Laid> {
        let mut shown = self.fitting(width.saturating_sub(1));
        shown.sort_by_key(|about| self.0.iter().position(|column| *column == about.column));
        let least = shown.iter().map(|about| about.least + 1).sum::<u16>().saturating_sub(1);
        let mut spare = width.saturating_sub(1).saturating_sub(least);
        let mut shares = shown.iter().map(|about| about.share).sum::<u16>();
        let mut x = 1;
        let mut laid = Vec::new();
        for about in shown {
            let more = spare.saturating_mul(about.share).checked_div(shares).unwrap_or_default();
            (spare, shares) = (spare - more, shares - about.share);
            laid.push(Laid { about, x, width: (about.least + more).min(width.saturating_sub(x)) });
            x += about.least + more + 1;
        }
        laid
    }

    fn fitting(&self, room: u16) -> Vec<&'static About> {
        let mut wanted = self.0.iter().filter_map(|column| column.about()).collect::<Vec<_>>();
        wanted.sort_by_key(|about| about.gives_way);
        let (mut taken, mut cells) = (Vec::new(), 0);
        for about in wanted {
            if taken.is_empty() || cells + about.least <= room {
                cells += about.good + 1;
                taken.push(about);
            }
        }
        taken
    }
}
