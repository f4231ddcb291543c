//! The activity of an item as a symbol, a text and a style: it is finished, paused, being looked up, waiting or in
//! progress.

use std::collections::HashSet;

use ratatui::style::Style;

use super::theme::Theme;
use domain::item::{Item, Stage};
use domain::outcome::Status;
use domain::upc::Upc;

/// What currently happens to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ItemActivity {
    /// The item has a final status.
    Finished(Status),
    /// The operator paused the item.
    Paused,
    /// A service is being asked about the item.
    BeingLookedUp,
    /// No service has answered yet, and none is being asked.
    Waiting,
    /// Services have answered, and more steps follow.
    InProgress,
}

impl ItemActivity {
    /// Returns the activity of an item. `asked_upcs` contains the items that services are being asked about.
    pub(super) fn for_item(item: &Item, asked_upcs: &HashSet<Upc>) -> Self {
        match item.status {
            Some(status) => Self::Finished(status),
            None if item.paused => Self::Paused,
            None if asked_upcs.contains(&item.upc) => Self::BeingLookedUp,
            None if item.stage == Stage::Waiting => Self::Waiting,
            None => Self::InProgress,
        }
    }

    /// Returns the symbol for the table.
    pub(super) fn symbol(self, theme: Theme) -> &'static str {
        match self {
            Self::Finished(status) => theme.status_symbol(Some(status)),
            Self::Paused => theme.glyph("‖", "|"),
            Self::BeingLookedUp => theme.glyph("→", ">"),
            Self::Waiting | Self::InProgress => theme.status_symbol(None),
        }
    }

    /// Returns the text for the line below the table.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Finished(status) => status_label(status),
            Self::Paused => "paused",
            Self::BeingLookedUp => "being looked up now",
            Self::Waiting => "waiting for its turn",
            Self::InProgress => "in progress",
        }
    }

    /// Returns the style of the symbol.
    pub(super) fn style(self, theme: Theme) -> Style {
        match self {
            Self::Finished(status) => theme.status_style(status),
            Self::BeingLookedUp => theme.key_style(),
            Self::Paused | Self::Waiting | Self::InProgress => Style::new(),
        }
    }
}

/// Returns the text for a final status on the screens.
pub(super) const fn status_label(status: Status) -> &'static str {
    match status {
        Status::Drafted => "drafted",
        Status::AlreadyDrafted => "already drafted",
        Status::Exported => "exported",
        Status::DryRun => "dry run",
        Status::NeedsReview => "needs review",
        Status::Failed => "failed",
        Status::Skipped => "skipped",
    }
}
