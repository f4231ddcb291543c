//! Extracts a service's error message from a response body as short, printable text without markup, and describes a body
//! that is not the expected JSON.

use serde_json::error::Category;

use domain::text::error_message::{shorten_message, strip_markup};

/// Maximum characters of a message.
const MAX_MESSAGE_CHARS: usize = 200;

/// Returns the message in a body: `message` or `error` of a JSON object, the title of a web page, or plain text.
pub(super) fn extract_message(body: &[u8]) -> String {
    if body.contains(&0) {
        return String::new();
    }
    let text = String::from_utf8_lossy(body);
    if let Some(message) = serde_json::from_str(&text).ok().and_then(|json| json_message(&json)) {
        return message_line(&message);
    }
    if is_html(body) {
        message_line(&html_title(&text).unwrap_or_else(|| strip_markup(&text)))
    } else {
        message_line(&text)
    }
}

/// Returns true if the body is a web page.
pub(super) fn is_html(body: &[u8]) -> bool {
    let start = String::from_utf8_lossy(body.get(..512).unwrap_or(body)).to_ascii_lowercase();
    start.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).starts_with('<')
        && ["<!doctype", "<html", "<head", "<title", "<body", "<h1"].iter().any(|tag| start.contains(tag))
}

/// Returns a message on one line, limited to the maximum length.
pub(super) fn message_line(text: &str) -> String {
    shorten_message(text, MAX_MESSAGE_CHARS)
}

/// Extracts the message in the formats of known services. MusicBrainz: `{"error": "…"}`. Discogs: `{"message": "…"}`.
/// Deezer: `{"error": {"message": "…"}}`. eBay: `{"errors": [{"errorId": 1, "message": "…"}]}`, or from its token service
/// `{"error": "…", "error_description": "…"}`.
fn json_message(json: &serde_json::Value) -> Option<String> {
    if let Some(first) = json.get("errors").and_then(|errors| errors.get(0)) {
        let message = json_message(first)?;
        let id = first.get("errorId").and_then(serde_json::Value::as_u64);
        return Some(id.map(|id| format!("{id} {message}")).unwrap_or(message));
    }
    ["longMessage", "message", "error_description", "error"].iter().find_map(|key| match json.get(key)? {
        serde_json::Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        inner @ serde_json::Value::Object(_) => json_message(inner),
        _ => None,
    })
}

fn html_title(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let open = start + lower[start..].find('>')? + 1;
    let close = open + lower[open..].find("</title")?;
    Some(strip_markup(&html[open..close])).filter(|title| !title.trim().is_empty())
}

/// Describes why a text is not the expected JSON, with the position of the mistake. The parser's own message names types of
/// Draft Maker, which say nothing to the reader.
pub fn describe_json_error(error: &serde_json::Error) -> String {
    let problem = match error.classify() {
        Category::Eof => "it ends too early",
        Category::Syntax => "it is not valid JSON",
        Category::Data => "it does not have the documented form",
        Category::Io => "it cannot be read",
    };
    match (error.line(), error.column()) {
        // A value that was parsed before has no position.
        (0, _) => problem.to_owned(),
        (line, column) => format!("{problem} at line {line}, column {column}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use domain::text::sanitize;

    use super::*;

    #[test]
    fn the_message_of_each_service_is_found() {
        assert_eq!(extract_message(br#"{"error":"Slow down.","help":"see the manual"}"#), "Slow down.");
        assert_eq!(extract_message(br#"{"message": "Release not found."}"#), "Release not found.");
        assert_eq!(extract_message(br#"{"error":{"type":"E","message":"no data","code":800}}"#), "no data");
        assert_eq!(
            extract_message(br#"{"errors":[{"errorId":20500,"message":"System error"}]}"#),
            "20500 System error"
        );
        assert_eq!(extract_message(b"<html>\n<head><title>503 Service &amp; Co</title></head>"), "503 Service & Co");
        let accented = "<html><title>Pas trouv&eacute; &#8211; d&#x27;accord</title>";
        assert_eq!(extract_message(accented.as_bytes()), "Pas trouvé – d'accord");
        assert_eq!(extract_message(b"<!DOCTYPE html><h1>Gone</h1><p>for\tgood</p>"), "Gone for good");
        assert_eq!(extract_message(b"  plain \r\n text "), "plain text");
        assert_eq!(extract_message(b""), "");
        assert_eq!(extract_message(b"\x89PNG\r\n\x1a\n\0\0\0"), "");
    }

    #[test]
    fn nothing_that_controls_a_terminal_is_left() {
        assert_eq!(extract_message(b"{\"error\":\"\\u001b[2Jred \\u202egnp\\u0007\"}"), "[2Jred gnp");
    }

    proptest! {
        #[test]
        fn any_body_gives_a_short_printable_message(body in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let message = extract_message(&body);
            prop_assert!(message.chars().count() <= MAX_MESSAGE_CHARS);
            prop_assert!(!message.chars().any(sanitize::is_unsafe));
        }

        #[test]
        fn any_markup_gives_a_short_message(body in "(<title>|</title|<html|<|>|&amp;|é|İ|[a-z ]){0,60}") {
            let message = extract_message(format!("<html>{body}").as_bytes());
            prop_assert!(message.chars().count() <= MAX_MESSAGE_CHARS);
        }
    }

    #[derive(Debug, serde::Deserialize)]
    struct Page {
        #[expect(dead_code, reason = "read by no test")]
        id: u32,
    }

    #[test]
    fn json_errors_name_no_type() {
        let described = |text: &str| describe_json_error(&serde_json::from_str::<Page>(text).unwrap_err());
        assert_eq!(described("{\"id\": 5"), "it ends too early at line 1, column 8");
        assert_eq!(described("<html>"), "it is not valid JSON at line 1, column 1");
        for text in ["null", "{}", "[[]]", "{\"id\": \"x\"}"] {
            assert!(described(text).starts_with("it does not have the documented form at line 1"), "{text}");
        }
        let parsed = serde_json::from_value::<Page>(serde_json::Value::Null).unwrap_err();
        assert_eq!(describe_json_error(&parsed), "it does not have the documented form");
    }
}
