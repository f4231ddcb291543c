//! Colours, few and never the only sign: sixteen colours that work on dark and light, and none where `NO_COLOR` is set.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::outcome::Status;

/// How things look.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    coloured: bool,
    /// False where the locale knows only ASCII.
    pub unicode: bool,
    /// True where the terminal opens addresses by itself (OSC 8).
    pub links: bool,
}

impl Theme {
    /// With colours, and with signs beyond ASCII, or without.
    pub const fn new(coloured: bool, unicode: bool) -> Self {
        Self { coloured, unicode, links: false }
    }

    /// The same with addresses that the terminal opens, or without.
    pub const fn with_links(self, links: bool) -> Self {
        Self { links, ..self }
    }

    fn colour(self, colour: Color) -> Style {
        if self.coloured { Style::new().fg(colour) } else { Style::new() }
    }

    /// What the cursor is on.
    pub fn cursor(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    pub fn heading(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is there to be looked up and not to be read.
    pub fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    pub fn key(self) -> Style {
        self.colour(Color::Cyan)
    }

    pub fn good(self) -> Style {
        self.colour(Color::Green)
    }

    pub fn doubtful(self) -> Style {
        self.colour(Color::Yellow)
    }

    pub fn bad(self) -> Style {
        self.colour(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// The style of an end state; its word and its sign say the same.
    pub fn of(self, status: Status) -> Style {
        match status {
            Status::Drafted | Status::AlreadyDrafted | Status::Exported | Status::Rehearsed => self.good(),
            Status::NeedsReview => self.doubtful(),
            Status::Failed => self.bad(),
            Status::Skipped => self.faint(),
        }
    }

    /// The sign of an end state.
    pub fn sign(self, status: Option<Status>) -> &'static str {
        let (sign, ascii) = match status {
            Some(Status::Drafted | Status::Exported | Status::Rehearsed) => ("✓", "+"),
            Some(Status::AlreadyDrafted) => ("=", "="),
            Some(Status::NeedsReview) => ("?", "?"),
            Some(Status::Failed) => ("✗", "x"),
            Some(Status::Skipped) => ("–", "-"),
            None => ("·", "."),
        };
        if self.unicode { sign } else { ascii }
    }

    /// One of two, by what the terminal can show.
    pub const fn pick(self, sign: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { sign } else { ascii }
    }
}
