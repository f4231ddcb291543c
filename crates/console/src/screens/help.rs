//! Help: the keys of the screen from which it was opened, and the commands of the command line.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::widgets;
use crate::command::KeyCommand;
use crate::command_parser::SYNTAX;
use crate::cursor::ScrollState;
use crate::keymap::{KeyContext, Keymap, describe_command};
use crate::screen::{DrawContext, Screen, Transition};
use crate::theme::Theme;
use domain::terminal_text::fit_to_width;

/// Help for one key context.
pub(crate) struct HelpScreen {
    key_context: KeyContext,
    scroll: ScrollState,
    row_count: usize,
}

/// Width of the column with the keys in cells, in a narrow and in a wide dialog.
const KEY_COLUMN_WIDTHS: (usize, usize) = (11, 18);

/// Maximum width of the dialog in cells.
const DIALOG_WIDTH: u16 = 100;

/// Minimum width of a wide dialog in cells.
const WIDE_MIN_WIDTH: usize = 60;

/// Meaning of the symbols in the table of a batch, each with its Unicode and ASCII form.
const TABLE_LEGEND: &[(&str, &str, &str)] = &[
    ("M P C D", "M P C D", "steps: matched, priced, cover found, drafted"),
    ("✓ =", "+ =", "state: drafted, in the drafts file or a dry run; already drafted before"),
    ("? ✗", "? x", "state: needs your review; failed"),
    ("→ ·", "> .", "state: being looked up now; waiting for its turn or in progress"),
    ("– ‖", "- |", "state: skipped; paused"),
    ("*", "*", "the item is marked"),
];

/// Returns what the operator types on a screen, other than commands, with its meaning.
const fn typed_input(key_context: KeyContext) -> &'static [(&'static str, &'static str)] {
    match key_context {
        KeyContext::Review => &[("1 to 9", "choose the candidate with this number, and go to the next item")],
        KeyContext::Scan => &[
            ("a barcode", "scan it, or type it and press Enter"),
            ("VG+/VG", "the grades of the following scans; nograde: no grades"),
            ("loc Box 14", "the location of the following scans; noloc: no location"),
            ("no-obi", "the parts of the following scans: obi, booklet, case; noparts: not stated"),
            ("last VG", "correct the last scan"),
        ],
        _ => &[],
    }
}

const fn has_table(key_context: KeyContext) -> bool {
    matches!(key_context, KeyContext::Watch | KeyContext::Replay)
}

impl HelpScreen {
    /// Returns the help for a key context.
    pub(crate) fn for_context(key_context: KeyContext) -> Self {
        Self { key_context, scroll: ScrollState::default(), row_count: 0 }
    }

    /// Returns each key and command with its description.
    fn help_rows(&self, keymap: &Keymap, theme: Theme) -> Vec<(String, &'static str)> {
        let keys = keymap.commands_in(self.key_context).into_iter().map(|(command, keys)| {
            let keys = keys.iter().map(|key| key.label(theme)).collect::<Vec<_>>().join(" ");
            (keys, describe_command(self.key_context, command))
        });
        let commands = SYNTAX
            .iter()
            .filter(|syntax| syntax.works_in(self.key_context))
            .map(|syntax| (format!(":{}", syntax.usage), syntax.description));
        let legend = if has_table(self.key_context) { TABLE_LEGEND } else { &[] };
        let legend = legend.iter().map(|(symbols, ascii, text)| (theme.glyph(symbols, ascii).to_owned(), *text));
        let typed = typed_input(self.key_context).iter().map(|(text, description)| ((*text).to_owned(), *description));
        typed.chain(keys).chain(commands).chain(legend).collect()
    }
}

impl Screen for HelpScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Pager
    }

    fn title(&self) -> String {
        "keys".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Help | KeyCommand::Quit => Transition::Pop,
            _ if self.scroll.handle_command(command, self.row_count) => Transition::Stay,
            _ => Transition::Ignored,
        }
    }

    fn help_label(&self) -> Option<&'static str> {
        Some("close")
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let inside = widgets::draw_dialog(frame, area, "keys", (DIALOG_WIDTH, area.height), draw_context);
        let width = usize::from(inside.width);
        let keys_width = if width < WIDE_MIN_WIDTH { KEY_COLUMN_WIDTHS.0 } else { KEY_COLUMN_WIDTHS.1 };
        let mut lines = Vec::new();
        for (keys, description) in self.help_rows(draw_context.keymap, draw_context.theme) {
            // Keys that are wider than their column are on a separate line above the description.
            let is_long = keys.chars().count() > keys_width;
            if is_long {
                lines.push((keys.clone(), String::new()));
            }
            let wrapped = widgets::wrap_text(description, width.saturating_sub(keys_width + 1));
            for (index, line) in wrapped.into_iter().enumerate() {
                let keys = if index == 0 && !is_long { keys.clone() } else { String::new() };
                lines.push((fit_to_width(&keys, keys_width), line));
            }
        }
        self.row_count = lines.len();
        let range = self.scroll.visible_range(self.row_count, usize::from(inside.height));
        let lines = lines[range].iter().map(|(keys, description)| {
            Line::from(vec![
                Span::styled(keys.as_str(), draw_context.theme.key_style()),
                Span::raw(" "),
                Span::raw(description.as_str()),
            ])
        });
        frame.render_widget(lines.collect::<ratatui::text::Text<'_>>(), inside);
    }
}
