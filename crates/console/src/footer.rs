//! The key hints at the foot of the screen.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::keymap::{KeyContext, Keymap};
use super::theme::Theme;

/// Returns the keys of a context that have a label, as many as fit, in the order of the table of commands.
pub(super) fn key_hints_line(keymap: &Keymap, context: KeyContext, theme: Theme, width: u16) -> Line<'static> {
    let (mut spans, mut used_cells) = (Vec::new(), 0);
    for (command, keys) in keymap.commands_in(context) {
        let label = command.spec().label;
        let Some(key) = keys.first().filter(|_| !label.is_empty()) else { continue };
        let key = key.to_string();
        let cells = key.width() + label.width() + 3;
        if used_cells + cells > usize::from(width) {
            continue;
        }
        used_cells += cells;
        spans.push(Span::styled(key, theme.key_style()));
        spans.push(Span::raw(format!(" {label}  ")));
    }
    Line::from(spans)
}
