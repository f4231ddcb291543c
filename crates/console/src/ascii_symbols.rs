//! The symbols of the console in a locale that has only ASCII: what is drawn is replaced cell by cell after each frame, so
//! that no screen has to think of it. Text of a list or a release stays as it is, except for these symbols in it.

use ratatui::buffer::Buffer;

/// Each symbol of one cell that the console draws, and what replaces it.
const REPLACEMENTS: &[(&[&str], &str)] = &[
    (&["─", "━", "–", "—"], "-"),
    (&["│", "┃", "‖", "▏"], "|"),
    (&["┌", "┐", "└", "┘", "╭", "╮", "╰", "╯", "├", "┤", "┬", "┴", "┼"], "+"),
    (&["…"], "~"),
    (&["·", "░", "▁", "▂"], "."),
    (&["▃", "▄", "▅"], ":"),
    (&["█", "▆", "▇", "▀"], "#"),
    (&["✓"], "+"),
    (&["✗", "×"], "x"),
    (&["≠"], "*"),
    (&["›", "▸", "→"], ">"),
    (&["‹", "◂", "←"], "<"),
    (&["▲", "↑"], "^"),
    (&["▼", "▾", "↓"], "v"),
    (&["⏎", "⌫"], "<"),
    (&["•", "●"], "*"),
    (&["‘", "’"], "'"),
    (&["“", "”"], "\""),
    (&["©"], "C"),
    (&["℗"], "P"),
    (&["\u{a0}"], " "),
];

/// Replaces the symbols in a frame that was drawn.
pub(super) fn replace_symbols(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.symbol().is_ascii() {
            continue;
        }
        let symbol = cell.symbol();
        if let Some((_, ascii)) = REPLACEMENTS.iter().find(|(symbols, _)| symbols.contains(&symbol)) {
            cell.set_symbol(ascii);
        }
    }
}
