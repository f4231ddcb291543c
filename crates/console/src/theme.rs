//! Colours, few and never the only sign: sixteen colours or the terminal's own ways of emphasis, by the part that they
//! play. Three themes are built in, the operator's file lies over one of them, and `NO_COLOR` takes all colours out.

use ratatui::style::{Color, Modifier, Style};

use domain::outcome::Status;

/// The parts that a style can play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Cursor,
    Heading,
    Muted,
    Key,
    Success,
    Warning,
    Error,
}

/// All of them, under their names in the file, with what they are for.
pub(super) const ROLES: [(&str, Role, &str); 7] = [
    ("cursor", Role::Cursor, "what the cursor is on"),
    ("heading", Role::Heading, "names of screens, counts"),
    ("faint", Role::Muted, "what is there to be looked up and not to be read"),
    ("key", Role::Key, "keys, and what is being typed"),
    ("good", Role::Success, "where the operator wanted it"),
    ("doubtful", Role::Warning, "what a person must look at"),
    ("bad", Role::Error, "what failed"),
];

/// A theme that is there without a file.
pub(super) struct BuiltInTheme {
    pub(super) name: &'static str,
    styles: [Style; ROLES.len()],
}

const PLAIN: Style = Style::new();
const BOLD: Style = PLAIN.add_modifier(Modifier::BOLD);
const DIM: Style = PLAIN.add_modifier(Modifier::DIM);
const REVERSED: Style = PLAIN.add_modifier(Modifier::REVERSED);
const UNDERLINED: Style = PLAIN.add_modifier(Modifier::UNDERLINED);

const fn foreground(colour: Color) -> Style {
    PLAIN.fg(colour)
}

/// In the order of [`ROLES`]. Yellow on white cannot be read, so the light one does without.
pub(super) static BUILT_IN_THEMES: [BuiltInTheme; 3] = [
    BuiltInTheme {
        name: "dark",
        styles: [
            REVERSED,
            BOLD,
            DIM,
            foreground(Color::Cyan),
            foreground(Color::Green),
            foreground(Color::Yellow),
            foreground(Color::Red).add_modifier(Modifier::BOLD),
        ],
    },
    BuiltInTheme {
        name: "light",
        styles: [
            REVERSED,
            BOLD,
            DIM,
            foreground(Color::Blue),
            foreground(Color::Green),
            foreground(Color::Magenta),
            foreground(Color::Red).add_modifier(Modifier::BOLD),
        ],
    },
    BuiltInTheme { name: "mono", styles: [REVERSED, BOLD, DIM, BOLD, PLAIN, UNDERLINED, BOLD] },
];

/// How things look.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    has_color: bool,
    /// False where the locale knows only ASCII.
    pub unicode: bool,
    styles: [Style; ROLES.len()],
    /// True where the terminal opens addresses by itself (OSC 8).
    pub hyperlinks: bool,
}

impl Theme {
    /// With colours, and with signs beyond ASCII, or without.
    pub fn new(has_color: bool, unicode: bool) -> Self {
        Self { has_color, unicode, styles: BUILT_IN_THEMES[if has_color { 0 } else { 2 }].styles, hyperlinks: false }
    }

    /// The same with addresses that the terminal opens, or without.
    pub const fn with_hyperlinks(self, links: bool) -> Self {
        Self { hyperlinks: links, ..self }
    }

    /// The same terminal in a built-in theme. A name that is none changes nothing.
    pub fn with_built_in(self, name: &str) -> Self {
        BUILT_IN_THEMES.iter().find(|built_in| built_in.name == name).map_or(self, |built_in| {
            let styles = built_in.styles;
            Self { styles, ..self }
        })
    }

    /// The same with another style for a part.
    pub(super) fn with_style(mut self, role: Role, style: Style) -> Self {
        self.styles[role as usize] = style;
        self
    }

    /// `NO_COLOR` is stronger than any file.
    pub(super) fn style_for(self, role: Role) -> Style {
        let style = self.styles[role as usize];
        if self.has_color { style } else { Style { fg: None, bg: None, ..style } }
    }

    /// What the cursor is on. It must be seen whatever a file says: without a colour of its own it is turned around.
    pub fn cursor_style(self) -> Style {
        let style = self.style_for(Role::Cursor);
        if style == PLAIN { REVERSED } else { style }
    }

    pub fn heading_style(self) -> Style {
        self.style_for(Role::Heading)
    }

    /// What is there to be looked up and not to be read.
    pub fn muted_style(self) -> Style {
        self.style_for(Role::Muted)
    }

    pub fn key_style(self) -> Style {
        self.style_for(Role::Key)
    }

    pub fn success_style(self) -> Style {
        self.style_for(Role::Success)
    }

    pub fn warning_style(self) -> Style {
        self.style_for(Role::Warning)
    }

    pub fn error_style(self) -> Style {
        self.style_for(Role::Error)
    }

    /// The style of an end state; its word and its sign say the same.
    pub fn status_style(self, status: Status) -> Style {
        match status {
            Status::Drafted | Status::AlreadyDrafted | Status::Exported | Status::DryRun => self.success_style(),
            Status::NeedsReview => self.warning_style(),
            Status::Failed => self.error_style(),
            Status::Skipped => self.muted_style(),
        }
    }

    /// The sign of an end state.
    pub fn status_symbol(self, status: Option<Status>) -> &'static str {
        let (sign, ascii) = match status {
            Some(Status::Drafted | Status::Exported | Status::DryRun) => ("✓", "+"),
            Some(Status::AlreadyDrafted) => ("=", "="),
            Some(Status::NeedsReview) => ("?", "?"),
            Some(Status::Failed) => ("✗", "x"),
            Some(Status::Skipped) => ("–", "-"),
            None => ("·", "."),
        };
        if self.unicode { sign } else { ascii }
    }

    /// One of two, by what the terminal can show.
    pub const fn glyph(self, sign: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { sign } else { ascii }
    }
}
