//! The status of a scan, with labels and symbols that can be distinguished without color.

use ratatui::style::Style;

use crate::theme::Theme;
use domain::item::{Item, Stage};
use domain::outcome::Status;

/// The status of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanStatus {
    /// The item is being looked up.
    Pending,
    /// The release was found.
    Good,
    /// No data source knows the UPC.
    Unknown,
    /// The item needs the operator's decision.
    Review,
    Failed,
    /// The item was scanned before. Contains the number of copies.
    Duplicate(u32),
    NotABarcode,
    /// A correction that applies to no scan.
    NotApplied,
    Undone,
    /// A later scan corrects this one.
    Corrected,
    /// The operator paused the item.
    Paused,
    /// The scan is sent when the backend can be reached.
    Queued,
}

impl ScanStatus {
    /// Returns the status of a scan from its item in the job.
    pub(super) fn for_item(item: &Item) -> Self {
        match (item.stage, item.status) {
            _ if item.paused => Self::Paused,
            (Stage::Done, Some(Status::Failed)) => Self::Failed,
            (Stage::Done, Some(Status::Skipped)) => Self::Undone,
            // An item with a score has candidates. Without one, no data source knows the UPC.
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
            Self::Pending => "LOOKING UP".to_owned(),
            Self::Good => "GOOD".to_owned(),
            Self::Unknown => "UNKNOWN".to_owned(),
            Self::Review => "REVIEW".to_owned(),
            Self::Failed => "FAILED".to_owned(),
            Self::Duplicate(copies) => format!("DUPLICATE ({copies})"),
            Self::NotABarcode => "NOT A BARCODE".to_owned(),
            Self::NotApplied => "NOT APPLIED".to_owned(),
            Self::Undone => "UNDONE".to_owned(),
            Self::Corrected => "CORRECTED".to_owned(),
            Self::Paused => "PAUSED".to_owned(),
            Self::Queued => "QUEUED".to_owned(),
        }
    }

    pub(super) fn symbol(self, theme: Theme) -> &'static str {
        match self {
            Self::Pending => theme.glyph("·", "."),
            Self::Good => theme.glyph("✓", "+"),
            Self::Unknown | Self::Review => "?",
            Self::Failed => theme.glyph("✗", "x"),
            Self::Duplicate(_) => theme.glyph("×", "*"),
            Self::NotABarcode | Self::NotApplied => "!",
            Self::Undone | Self::Corrected => theme.glyph("–", "-"),
            Self::Paused => "=",
            Self::Queued => theme.glyph("…", "~"),
        }
    }

    pub(super) fn style(self, theme: Theme) -> Style {
        match self {
            Self::Good => theme.success_style(),
            Self::Unknown | Self::Failed | Self::NotABarcode | Self::NotApplied => theme.error_style(),
            Self::Review | Self::Duplicate(_) | Self::Paused | Self::Queued => theme.warning_style(),
            Self::Pending | Self::Undone | Self::Corrected => Style::new(),
        }
    }

    /// Returns true for a status that makes the terminal beep, because the operator looks at the records rather than
    /// the screen.
    pub(super) fn needs_alert(self) -> bool {
        matches!(
            self,
            Self::Unknown | Self::Review | Self::Failed | Self::Duplicate(_) | Self::NotABarcode | Self::NotApplied
        )
    }
}
