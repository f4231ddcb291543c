//! Styles by role. They use the sixteen colors and the emphasis of the terminal, and are never the only sign of a
//! state. Five themes are built in. The operator's file replaces styles of one of them, and `NO_COLOR` removes all
//! colors.

use ratatui::style::{Color, Modifier, Style};
use strum::EnumCount as _;

use domain::outcome::Status;

/// The role of a style. Its text is its name in `theme.toml`, and its message is the description there.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    strum::EnumCount,
    strum::EnumIter,
    strum::EnumMessage,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
pub(super) enum Role {
    #[strum(serialize = "cursor", message = "the selected row")]
    Cursor,
    #[strum(serialize = "heading", message = "names of screens, counts")]
    Heading,
    #[strum(serialize = "faint", message = "secondary text")]
    Muted,
    #[strum(serialize = "key", message = "keys and typed text")]
    Key,
    #[strum(serialize = "good", message = "as intended")]
    Success,
    #[strum(serialize = "doubtful", message = "what you must check")]
    Warning,
    #[strum(serialize = "bad", message = "what failed")]
    Error,
}

/// A built-in theme.
pub(super) struct BuiltInTheme {
    pub(super) name: &'static str,
    styles: [Style; Role::COUNT],
}

const PLAIN: Style = Style::new();
const BOLD: Style = PLAIN.add_modifier(Modifier::BOLD);
const DIM: Style = PLAIN.add_modifier(Modifier::DIM);
const REVERSED: Style = PLAIN.add_modifier(Modifier::REVERSED);
const UNDERLINED: Style = PLAIN.add_modifier(Modifier::UNDERLINED);

const fn foreground(color: Color) -> Style {
    PLAIN.fg(color)
}

/// The built-in themes, with their styles in the order of [`Role`]. The light theme has no yellow, which is unreadable
/// on white. `color-blind` distinguishes states by blue and yellow, which people with a red-green deficiency see, and
/// marks errors with reversed text. `high-contrast` does not use dim text.
pub(super) static BUILT_IN_THEMES: [BuiltInTheme; 5] = [
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
    BuiltInTheme {
        name: "high-contrast",
        styles: [
            REVERSED.add_modifier(Modifier::BOLD),
            BOLD.add_modifier(Modifier::UNDERLINED),
            PLAIN,
            foreground(Color::LightCyan).add_modifier(Modifier::BOLD),
            foreground(Color::LightGreen).add_modifier(Modifier::BOLD),
            foreground(Color::LightYellow).add_modifier(Modifier::BOLD),
            foreground(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD),
        ],
    },
    BuiltInTheme {
        name: "color-blind",
        styles: [
            REVERSED,
            BOLD,
            DIM,
            foreground(Color::Cyan),
            foreground(Color::LightBlue),
            foreground(Color::Yellow),
            BOLD.add_modifier(Modifier::REVERSED),
        ],
    },
];

/// The active styles and symbols.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    has_color: bool,
    /// Whether symbols beyond ASCII are used.
    pub unicode: bool,
    styles: [Style; Role::COUNT],
    /// Whether the terminal supports hyperlinks (OSC 8).
    pub hyperlinks: bool,
}

impl Theme {
    /// Returns the default theme: `dark` with colors, `mono` without.
    pub fn new(has_color: bool, unicode: bool) -> Self {
        let theme = Self { has_color, unicode, styles: [Style::new(); Role::COUNT], hyperlinks: false };
        theme.with_built_in(if has_color { "dark" } else { "mono" })
    }

    /// Returns the theme without colors, for a terminal with Unicode.
    pub fn plain() -> Self {
        Self::new(false, true)
    }

    /// Turns hyperlinks on or off.
    pub const fn with_hyperlinks(self, hyperlinks: bool) -> Self {
        Self { hyperlinks, ..self }
    }

    /// Uses the styles of a built-in theme. An unknown name changes nothing.
    pub fn with_built_in(self, name: &str) -> Self {
        BUILT_IN_THEMES.iter().find(|built_in| built_in.name == name).map_or(self, |built_in| {
            let styles = built_in.styles;
            Self { styles, ..self }
        })
    }

    /// Replaces the style of a role.
    pub(super) fn with_style(mut self, role: Role, style: Style) -> Self {
        self.styles[role as usize] = style;
        self
    }

    /// Returns the style of a role. `NO_COLOR` also removes the colors from the styles of a file.
    pub(super) fn style_for(self, role: Role) -> Style {
        let style = self.styles[role as usize];
        if self.has_color { style } else { Style { fg: None, bg: None, ..style } }
    }

    /// Returns the style of the row under the cursor. It is reversed if the theme does not define a style, so that it
    /// is always visible.
    pub fn cursor_style(self) -> Style {
        let style = self.style_for(Role::Cursor);
        if style == PLAIN { REVERSED } else { style }
    }

    pub(crate) fn heading_style(self) -> Style {
        self.style_for(Role::Heading)
    }

    pub(crate) fn muted_style(self) -> Style {
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

    /// Returns the style of a final status. Its word and its symbol convey the same.
    pub(crate) fn status_style(self, status: Status) -> Style {
        match status {
            Status::Drafted | Status::AlreadyDrafted | Status::Exported | Status::DryRun => self.success_style(),
            Status::NeedsReview => self.warning_style(),
            Status::Failed => self.error_style(),
            Status::Skipped => self.muted_style(),
        }
    }

    /// Returns the symbol of a final status; `None` returns the symbol of an unfinished item.
    pub fn status_symbol(self, status: Option<Status>) -> &'static str {
        let (symbol, ascii) = match status {
            Some(Status::Drafted | Status::Exported | Status::DryRun) => ("✓", "+"),
            Some(Status::AlreadyDrafted) => ("=", "="),
            Some(Status::NeedsReview) => ("?", "?"),
            Some(Status::Failed) => ("✗", "x"),
            Some(Status::Skipped) => ("–", "-"),
            None => ("·", "."),
        };
        if self.unicode { symbol } else { ascii }
    }

    /// Returns `symbol`, or `ascii` if the locale has only ASCII.
    pub(crate) const fn glyph(self, symbol: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { symbol } else { ascii }
    }
}
