//! Makes messages of services short and printable.

use super::sanitize::sanitize_line;

/// Returns the text of a web page: replaces each tag with a space, and decodes character references. Error pages of
/// proxies are whole documents.
pub fn strip_markup(html: &str) -> String {
    let mut text = String::new();
    let mut is_inside = false;
    for character in html.chars() {
        match character {
            '<' => is_inside = true,
            '>' if is_inside => {
                is_inside = false;
                text.push(' ');
            }
            other if !is_inside => text.push(other),
            _ => {}
        }
    }
    html_escape::decode_html_entities(&text).into_owned()
}

/// Returns a message as a line like [`sanitize_line`], with at most `max_chars` characters. Control characters separate
/// words, because services echo queries with line breaks and escape sequences.
pub fn shorten_message(text: &str, max_chars: usize) -> String {
    let line = sanitize_line(&text.replace(char::is_control, " "));
    match line.char_indices().nth(max_chars) {
        Some(_) => line.chars().take(max_chars.saturating_sub(1)).chain(['…']).collect(),
        None => line,
    }
}
