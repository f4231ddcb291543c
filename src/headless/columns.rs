//! Columns that line up, also where a character is two cells wide.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// `text` in exactly `width` cells: filled with spaces, or cut between two characters and marked with `…`.
pub(super) fn fit(text: &str, width: usize) -> String {
    let taken = text.width();
    if taken <= width {
        return format!("{text}{}", " ".repeat(width - taken));
    }
    let mut kept = String::new();
    let mut cells = 0;
    for character in text.graphemes(true) {
        let wide = character.width();
        if cells + wide + 1 > width {
            break;
        }
        kept.push_str(character);
        cells += wide;
    }
    format!("{kept}…{}", " ".repeat(width.saturating_sub(cells + 1)))
}
