//! Extracts a service's error message from a response body as short, printable text without markup.

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
}
