//! Makes messages of services short and printable.

use super::sanitize::sanitize_line;

/// Returns the text of a web page: replaces each tag with a space, and decodes character references. Error pages of
/// proxies are whole documents. A `<` that begins no tag stays: `must be < 100`.
pub fn strip_markup(html: &str) -> String {
    let begins_tag = |c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?');
    let (mut text, mut rest) = (String::new(), html);
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        if !after.starts_with(begins_tag) {
            text.push('<');
            rest = after;
        } else if let Some((_, behind)) = after.split_once('>') {
            text.push(' ');
            rest = behind;
        } else {
            rest = &rest[before.len()..];
            break;
        }
    }
    text.push_str(rest);
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
