//! The sign of one scan: a word and a symbol that read without colour.

use ratatui::style::Style;

use crate::theme::Theme;
use domain::item::{Item, Stage};
use domain::outcome::Status;

/// What a scan is, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// It is being looked up.
    Looking,
    Good,
    /// Nobody knows it.
    Unknown,
    /// A person has to decide.
    Review,
    Failed,
    /// One more copy.
    Repeated(u32),
    NotABarcode,
    TakenBack,
    /// The operator set it aside.
    Held,
    /// It waits here until somebody answers again.
    Kept,
}

impl Sign {
    /// Of an item that the batch has.
    pub(super) fn of(item: &Item) -> Self {
        match (item.stage, item.status) {
            _ if item.held => Self::Held,
            (Stage::Done, Some(Status::Failed)) => Self::Failed,
            (Stage::Done, Some(Status::Skipped)) => Self::TakenBack,
            // A review with a name has candidates; without one nobody knows the barcode.
            (Stage::Undecided, _) | (Stage::Done, Some(Status::NeedsReview)) if item.score.is_none() => Self::Unknown,
            (Stage::Undecided | Stage::Lacking, _) | (Stage::Done, Some(Status::NeedsReview)) => Self::Review,
            (Stage::Waiting, _) => Self::Looking,
            _ => Self::Good,
        }
    }

    pub(super) fn word(self) -> String {
        match self {
            Self::Looking => "LOOKING".to_owned(),
            Self::Good => "GOOD".to_owned(),
            Self::Unknown => "UNKNOWN".to_owned(),
            Self::Review => "REVIEW".to_owned(),
            Self::Failed => "FAILED".to_owned(),
            Self::Repeated(copies) => format!("REPEATED {copies}"),
            Self::NotABarcode => "NO BARCODE".to_owned(),
            Self::TakenBack => "TAKEN BACK".to_owned(),
            Self::Held => "PAUSED".to_owned(),
            Self::Kept => "KEPT".to_owned(),
        }
    }

    pub(super) fn symbol(self, theme: Theme) -> &'static str {
        match self {
            Self::Looking => theme.pick("·", "."),
            Self::Good => theme.pick("✓", "+"),
            Self::Unknown | Self::Review => "?",
            Self::Failed => theme.pick("✗", "x"),
            Self::Repeated(_) => theme.pick("×", "*"),
            Self::NotABarcode => "!",
            Self::TakenBack => theme.pick("–", "-"),
            Self::Held => "=",
            Self::Kept => theme.pick("…", "~"),
        }
    }

    pub(super) fn style(self, theme: Theme) -> Style {
        match self {
            Self::Good => theme.good(),
            Self::Unknown | Self::Failed | Self::NotABarcode => theme.bad(),
            Self::Review | Self::Repeated(_) | Self::Held | Self::Kept => theme.doubtful(),
            Self::Looking | Self::TakenBack => Style::new(),
        }
    }

    /// True for what the person at the scanner should hear.
    pub(super) fn rings(self) -> bool {
        matches!(self, Self::Unknown | Self::Review | Self::Failed | Self::Repeated(_) | Self::NotABarcode)
    }
}
