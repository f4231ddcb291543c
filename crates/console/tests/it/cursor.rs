//! The cursor and the visible part of a long list.

use console::{Cursor, KeyCommand};
use proptest::prelude::*;

#[test]
fn the_last_of_a_million_rows_is_one_key_away() {
    let mut cursor = Cursor::default();
    assert_eq!(cursor.visible_range(1_000_000, 20), 0..20);
    cursor.handle_command(KeyCommand::Last, 1_000_000);
    assert_eq!(cursor.visible_range(1_000_000, 20), 999_980..1_000_000);
    assert_eq!(
        cursor.visible_range(1_000_500, 20),
        1_000_480..1_000_500,
        "the cursor stays on the last row as rows are added"
    );
    cursor.handle_command(KeyCommand::Up, 1_000_500);
    assert_eq!(cursor.visible_range(1_000_900, 20), 1_000_480..1_000_500, "but not after it was moved");
}

#[test]
fn pages_overlap_by_a_row() {
    let mut cursor = Cursor::default();
    cursor.visible_range(100, 10);
    cursor.handle_command(KeyCommand::PageDown, 100);
    assert_eq!((cursor.selected(), cursor.visible_range(100, 10)), (9, 0..10));
    cursor.handle_command(KeyCommand::PageDown, 100);
    assert_eq!((cursor.selected(), cursor.visible_range(100, 10)), (18, 9..19));
}

proptest! {
    /// The cursor is always on a visible row, and no more rows are drawn than fit.
    #[test]
    fn the_cursor_is_always_visible(
        moves in proptest::collection::vec((0_usize..8, 0_usize..60, 0_usize..30), 1..60),
    ) {
        let commands = [
            KeyCommand::Up, KeyCommand::Down, KeyCommand::PageUp, KeyCommand::PageDown, KeyCommand::HalfUp, KeyCommand::HalfDown,
            KeyCommand::First, KeyCommand::Last,
        ];
        let mut cursor = Cursor::default();
        for (command, rows, room) in moves {
            cursor.handle_command(commands[command], rows);
            let window = cursor.visible_range(rows, room);
            prop_assert!(window.end <= rows && window.len() <= room);
            prop_assert!(rows == 0 || room == 0 || window.contains(&cursor.selected()), "{window:?} {}", cursor.selected());
        }
    }
}
