//! The text field, tested through the command line: the caret is drawn at the insertion point, and the terminal's
//! cursor is on it.

use console::{Console, JobListScreen};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::{Backend as _, TestBackend};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{console, now, press};

/// Returns the last line of a screen of this width, and the column of the terminal's cursor in it, in cells.
fn last_line_and_cursor(console: &mut Console, width: u16) -> (String, u16) {
    let mut terminal = Terminal::new(TestBackend::new(width, 12)).unwrap();
    terminal.draw(|frame| console.draw(frame, now())).unwrap();
    let cursor = terminal.backend_mut().get_cursor_position().unwrap();
    assert_eq!(cursor.y, 11, "the cursor is in the command line");
    let buffer = terminal.backend().buffer();
    let cells = (0..width).map(|column| buffer[(column, 11)].symbol().to_owned());
    (cells.collect::<String>().trim_end().to_owned(), cursor.x)
}

fn command_line(text: &str) -> Console {
    let mut console = console(JobListScreen::default());
    press(&mut console, &[":"]);
    for character in text.chars() {
        console.handle_key(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE));
    }
    console
}

fn press_code(console: &mut Console, code: KeyCode, modifiers: KeyModifiers) {
    console.handle_key(KeyEvent::new(code, modifiers));
}

#[test]
fn the_caret_moves_with_the_arrow_keys() {
    let mut console = command_line("abc");
    assert_eq!(last_line_and_cursor(&mut console, 80), (":abc▏".to_owned(), 4));
    press(&mut console, &["left", "left"]);
    assert_eq!(last_line_and_cursor(&mut console, 80), (":a▏bc".to_owned(), 2));
    press(&mut console, &["X"]);
    assert_eq!(last_line_and_cursor(&mut console, 80), (":aX▏bc".to_owned(), 3));
}

#[test]
fn pasted_text_is_inserted_at_the_caret() {
    let mut console = command_line("ad");
    press(&mut console, &["left"]);
    console.handle_paste("b\u{1b}[31m\nc\r\n");
    press(&mut console, &["X"]);
    let (line, _) = last_line_and_cursor(&mut console, 80);
    assert!(line.starts_with(":ab") && line.ends_with("cX▏d"), "{line}");
    let (long, mut console) = ("pasted ".repeat(100_000), command_line(""));
    console.handle_paste(&long);
    assert!(last_line_and_cursor(&mut console, 80).0.ends_with("pasted ▏"));
}

#[test]
fn home_end_delete_and_word_movement_work() {
    let mut console = command_line("one two three");
    for (code, modifiers, line) in [
        (KeyCode::Home, KeyModifiers::NONE, ":▏one two three"),
        (KeyCode::Right, KeyModifiers::CONTROL, ":one ▏two three"),
        (KeyCode::Char('f'), KeyModifiers::ALT, ":one two ▏three"),
        (KeyCode::Char('b'), KeyModifiers::ALT, ":one ▏two three"),
        (KeyCode::Delete, KeyModifiers::NONE, ":one ▏wo three"),
        (KeyCode::Backspace, KeyModifiers::NONE, ":one▏wo three"),
        (KeyCode::Char('d'), KeyModifiers::ALT, ":one▏three"),
        (KeyCode::Left, KeyModifiers::CONTROL, ":▏onethree"),
        (KeyCode::End, KeyModifiers::NONE, ":onethree▏"),
        (KeyCode::Char('w'), KeyModifiers::CONTROL, ":▏"),
    ] {
        press_code(&mut console, code, modifiers);
        let (drawn, _) = last_line_and_cursor(&mut console, 80);
        assert!(drawn.starts_with(line), "{line:?} after {code:?}: {drawn:?}");
    }
}

#[test]
fn wide_characters_take_two_cells_and_are_edited_whole() {
    let mut console = command_line("x椎名林檎");
    assert_eq!(last_line_and_cursor(&mut console, 80).1, 10);
    press(&mut console, &["left"]);
    assert_eq!(last_line_and_cursor(&mut console, 80).1, 8);
    press_code(&mut console, KeyCode::Backspace, KeyModifiers::NONE);
    assert_eq!(last_line_and_cursor(&mut console, 80).1, 6);
    // For the operator, a letter and its combining accent are one character.
    let mut console = command_line("cafe\u{301}");
    assert_eq!(last_line_and_cursor(&mut console, 80).1, 5);
    press_code(&mut console, KeyCode::Backspace, KeyModifiers::NONE);
    assert_eq!(last_line_and_cursor(&mut console, 80).0, ":caf▏");
}

#[test]
fn a_narrow_field_scrolls_to_the_caret() {
    let mut console = command_line("0123456789abcdefghijklmnopqrstuvwxyz");
    assert_eq!(last_line_and_cursor(&mut console, 20), (":ijklmnopqrstuvwxyz▏".to_owned(), 19));
    for _ in 0..15 {
        press(&mut console, &["left"]);
    }
    let (drawn, cursor) = last_line_and_cursor(&mut console, 20);
    assert_eq!((drawn.as_str(), cursor), (":cdefghijk▏lmnopqrst", 10), "text on both sides of the caret");
    press_code(&mut console, KeyCode::Home, KeyModifiers::NONE);
    assert_eq!(last_line_and_cursor(&mut console, 20), (":▏0123456789abcdefgh".to_owned(), 1));
}

#[test]
fn pasted_text_is_inserted_at_the_caret_in_one_line() {
    let mut console = command_line("ad");
    press(&mut console, &["left"]);
    assert_eq!(console.handle_paste("b\u{1b}[31m\nc\r\n"), []);
    assert_eq!(last_line_and_cursor(&mut console, 80), (":ab[31m c▏d".to_owned(), 9));
}

#[test]
fn without_a_text_field_there_is_no_cursor() {
    let mut console = console(JobListScreen::default());
    let mut terminal = Terminal::new(TestBackend::new(80, 12)).unwrap();
    terminal.draw(|frame| console.draw(frame, now())).unwrap();
    assert!(!terminal.backend().cursor_visible());
}

proptest! {
    /// The terminal's cursor is on the caret after any keys and at any width.
    #[test]
    fn the_cursor_is_on_the_caret(
        keys in proptest::collection::vec((0_usize..7, any::<char>()), 0..40),
        width in 20_u16..60,
    ) {
        let mut console = command_line("");
        for (kind, character) in keys {
            let code = match kind {
                0 => KeyCode::Left,
                1 => KeyCode::Right,
                2 => KeyCode::Home,
                3 => KeyCode::Delete,
                _ => KeyCode::Char(character),
            };
            press_code(&mut console, code, KeyModifiers::NONE);
        }
        let mut terminal = Terminal::new(TestBackend::new(width, 12)).unwrap();
        terminal.draw(|frame| console.draw(frame, now())).unwrap();
        let cursor = terminal.backend_mut().get_cursor_position().unwrap();
        prop_assert_eq!(terminal.backend().buffer()[cursor].symbol(), "▏");
    }
}
