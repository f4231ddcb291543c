//! The sign of one scan: a word and a symbol that read without colour.

use ratatui::style::Style;

use crate::theme::Theme;
use domain::item::{Item, Stage};
use domain::outcome::Status;

/// What a scan is, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanStatus {
    /// It is being looked up.
    Pending,
    Good,
    /// Nobody knows it.
    Unknown,
    /// A person has to decide.
    Review,
    Failed,
    /// One more copy.
    Duplicate(u32),
    NotABarcode,
    Undone,
    /// The operator set it aside.
    Paused,
    /// It waits here until somebody answers again.
    Queued,
}

impl ScanStatus {
    /// Of an item that the batch has.
    pub(super) fn for_item(item: &Item) -> Self {
        match (item.stage, item.status) {
            _ if item.paused => Self::Paused,
            (Stage::Done, Some(Status::Failed)) => Self::Failed,
            (Stage::Done, Some(Status::Skipped)) => Self::Undone,
            // A review with a name has candidates; without one nobody knows the barcode.
            (Stage::Unidentified, _) | (Stage::Done, Some(Status::NeedsReview)) if item.score.is_none() => {
                Self::Unknown
            }
            (Stage::Unidentified | Stage::Incomplete, _) | (Stage::Done, Some(Status::NeedsReview)) => Self::Review,
            (Stage::Waiting, _) => Self::Pending,
            _ => Self::Good,
        }
    }

    pub(super) fn label(self) -> String {
        match self {
            Self::Pending => "LOOKING".to_owned(),
            Self::Good => "GOOD".to_owned(),
            Self::Unknown => "UNKNOWN".to_owned(),
            Self::Review => "REVIEW".to_owned(),
            Self::Failed => "FAILED".to_owned(),
            Self::Duplicate(copies) => format!("REPEATED {copies}"),
            Self::NotABarcode => "NO BARCODE".to_owned(),
            Self::Undone => "TAKEN BACK".to_owned(),
            Self::Paused => "PAUSED".to_owned(),
            Self::Queued => "KEPT".to_owned(),
        }
    }

    pub(super) fn symbol(self, theme: Theme) -> &'static str {
        match self {
            Self::Pending => theme.glyph("·", "."),
            Self::Good => theme.glyph("✓", "+"),
            Self::Unknown | Self::Review => "?",
            Self::Failed => theme.glyph("✗", "x"),
            Self::Duplicate(_) => theme.glyph("×", "*"),
            Self::NotABarcode => "!",
            Self::Undone => theme.glyph("–", "-"),
            Self::Paused => "=",
            Self::Queued => theme.glyph("…", "~"),
        }
    }

    pub(super) fn style(self, theme: Theme) -> Style {
        match self {
            Self::Good => theme.success_style(),
            Self::Unknown | Self::Failed | Self::NotABarcode => theme.error_style(),
            Self::Review | Self::Duplicate(_) | Self::Paused | Self::Queued => theme.warning_style(),
            Self::Pending | Self::Undone => Style::new(),
        }
    }

    /// True for what the person at the scanner should hear.
    pub(super) fn needs_alert(self) -> bool {
        matches!(self, Self::Unknown | Self::Review | Self::Failed | Self::Duplicate(_) | Self::NotABarcode)
    }
}
