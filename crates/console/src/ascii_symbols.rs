//! Replaces the symbols of the console by ASCII in a locale without Unicode. Each drawn frame is replaced cell by cell,
//! so that screens can use the symbols freely. Other text of a list or a release is not changed.

use ratatui::buffer::Buffer;

/// The one-cell symbols that the console draws, with their replacements.
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

/// Replaces the symbols in a drawn frame.
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
