//! Colours, few and never the only sign: sixteen colours or the terminal's own ways of emphasis, by the part that they
//! play. Three themes are built in, the operator's file lies over one of them, and `NO_COLOR` takes all colours out.

use ratatui::style::{Color, Modifier, Style};

use domain::outcome::Status;

/// The parts that a style can play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Cursor,
    Heading,
    Faint,
    Key,
    Good,
    Doubtful,
    Bad,
}

/// All of them, under their names in the file, with what they are for.
pub(super) const ROLES: [(&str, Role, &str); 7] = [
    ("cursor", Role::Cursor, "what the cursor is on"),
    ("heading", Role::Heading, "names of screens, counts"),
    ("faint", Role::Faint, "what is there to be looked up and not to be read"),
    ("key", Role::Key, "keys, and what is being typed"),
    ("good", Role::Good, "where the operator wanted it"),
    ("doubtful", Role::Doubtful, "what a person must look at"),
    ("bad", Role::Bad, "what failed"),
];

/// A theme that is there without a file.
pub(super) struct BuiltIn {
    pub(super) name: &'static str,
    styles: [Style; ROLES.len()],
}

const PLAIN: Style = Style::new();
const BOLD: Style = PLAIN.add_modifier(Modifier::BOLD);
const DIM: Style = PLAIN.add_modifier(Modifier::DIM);
const REVERSED: Style = PLAIN.add_modifier(Modifier::REVERSED);
const UNDERLINED: Style = PLAIN.add_modifier(Modifier::UNDERLINED);

const fn of(colour: Color) -> Style {
    PLAIN.fg(colour)
}

/// In the order of [`ROLES`]. Yellow on white cannot be read, so the light one does without.
pub(super) static BUILT_IN: [BuiltIn; 3] = [
    BuiltIn {
        name: "dark",
        styles: [
            REVERSED,
            BOLD,
            DIM,
            of(Color::Cyan),
            of(Color::Green),
            of(Color::Yellow),
            of(Color::Red).add_modifier(Modifier::BOLD),
        ],
    },
    BuiltIn {
        name: "light",
        styles: [
            REVERSED,
            BOLD,
            DIM,
            of(Color::Blue),
            of(Color::Green),
            of(Color::Magenta),
            of(Color::Red).add_modifier(Modifier::BOLD),
        ],
    },
    BuiltIn { name: "mono", styles: [REVERSED, BOLD, DIM, BOLD, PLAIN, UNDERLINED, BOLD] },
];

/// How things look.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    coloured: bool,
    /// False where the locale knows only ASCII.
    pub unicode: bool,
    styles: [Style; ROLES.len()],
    /// True where the terminal opens addresses by itself (OSC 8).
    pub links: bool,
}

impl Theme {
    /// With colours, and with signs beyond ASCII, or without.
    pub fn new(coloured: bool, unicode: bool) -> Self {
        Self { coloured, unicode, styles: BUILT_IN[if coloured { 0 } else { 2 }].styles, links: false }
    }

    /// The same with addresses that the terminal opens, or without.
    pub const fn with_links(self, links: bool) -> Self {
        Self { links, ..self }
    }

    /// The same terminal in a built-in theme. A name that is none changes nothing.
    pub fn named(self, name: &str) -> Self {
        BUILT_IN.iter().find(|built_in| built_in.name == name).map_or(self, |built_in| {
            let styles = built_in.styles;
            Self { styles, ..self }
        })
    }

    /// The same with another style for a part.
    pub(super) fn with(mut self, role: Role, style: Style) -> Self {
        self.styles[role as usize] = style;
        self
    }

    /// `NO_COLOR` is stronger than any file.
    pub(super) fn style(self, role: Role) -> Style {
        let style = self.styles[role as usize];
        if self.coloured { style } else { Style { fg: None, bg: None, ..style } }
    }

    /// What the cursor is on. It must be seen whatever a file says: without a colour of its own it is turned around.
    pub fn cursor(self) -> Style {
        let style = self.style(Role::Cursor);
        if style == PLAIN { REVERSED } else { style }
    }

    pub fn heading(self) -> Style {
        self.style(Role::Heading)
    }

    /// What is there to be looked up and not to be read.
    pub fn faint(self) -> Style {
        self.style(Role::Faint)
    }

    pub fn key(self) -> Style {
        self.style(Role::Key)
    }

    pub fn good(self) -> Style {
        self.style(Role::Good)
    }

    pub fn doubtful(self) -> Style {
        self.style(Role::Doubtful)
    }

    pub fn bad(self) -> Style {
        self.style(Role::Bad)
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
