//! Lenient access to JSON whose format varies: IDs as text or number; absent, null, "", "none" and 0 for unknown.
//!
//! Each field is read separately, so a field of the wrong type does not discard the whole record. Texts are sanitized
//! here: control characters and direction marks are removed, and the length is limited.

use serde_json::Value;
use url::Url;

use domain::display_text;

/// Maximum characters of a text. No real name or title is longer.
const MAX_TEXT_CHARS: usize = 500;

/// Maximum bytes of a text of several lines, such as the notes of a release.
const MAX_PROSE_BYTES: usize = 20_000;

/// Maximum bytes of a URL. Discogs' signed image URLs take 300.
const MAX_ADDRESS_BYTES: usize = 2_000;

/// Maximum elements of a list. No release has more tracks, labels or media.
pub(super) const MAX_LIST_LEN: usize = 1_000;

/// A value in a JSON document. A missing value is treated as unknown.
#[derive(Clone, Copy, Debug)]
pub(super) struct LenientJson<'a>(Option<&'a Value>);

impl<'a> LenientJson<'a> {
    /// Wraps the root of a document.
    pub(super) fn new(value: &'a Value) -> Self {
        Self(Some(value))
    }

    /// Returns a field of an object.
    pub(super) fn field(self, key: &str) -> Self {
        Self(self.0.and_then(|value| value.get(key)))
    }

    /// Returns the elements of an array, limited to [`MAX_LIST_LEN`]; none for any other value.
    pub(super) fn elements(self) -> impl Iterator<Item = LenientJson<'a>> + Clone {
        let elements = self.0.and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
        elements.iter().take(MAX_LIST_LEN).map(LenientJson::new)
    }

    /// Returns a text or a number as sanitized text; `None` if it is empty.
    pub(super) fn text(self) -> Option<String> {
        let text = match self.0? {
            // A character has at most four bytes.
            Value::String(text) => display_text::clean_text(&text[..text.floor_char_boundary(MAX_TEXT_CHARS * 4)]),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let text =
            if text.len() <= MAX_TEXT_CHARS { text } else { text.chars().take(MAX_TEXT_CHARS).collect::<String>() };
        (!text.is_empty()).then_some(text)
    }

    /// Returns a text of several lines as it is; `None` for any other value. Only its beginning, if it is very long.
    pub(super) fn prose(self) -> Option<&'a str> {
        let text = self.0?.as_str()?;
        Some(&text[..text.floor_char_boundary(MAX_PROSE_BYTES)])
    }

    /// Returns the text of a field in which "none" means unknown, such as a catalog number or a barcode. For a title,
    /// use [`Self::text`], because an album may be called "none".
    pub(super) fn known_text(self) -> Option<String> {
        let none = |text: &str| ["none", "[none]", "n/a"].iter().any(|none| text.eq_ignore_ascii_case(none));
        self.text().filter(|text| !none(text))
    }

    /// Returns sanitized text that keeps one leading and one trailing space, as join phrases need.
    pub(super) fn phrase(self) -> Option<String> {
        let text = self.0?.as_str()?;
        let clean = self.text().unwrap_or_default();
        let space = |there: bool| if there { " " } else { "" };
        let (before, after) = (text.starts_with(char::is_whitespace), text.ends_with(char::is_whitespace));
        match clean.as_str() {
            "" => before.then(|| " ".to_owned()),
            message => Some(format!("{}{message}{}", space(before), space(after))),
        }
    }

    /// Returns a valid http or https URL.
    pub(super) fn web_address(self) -> Option<String> {
        let text = self.0?.as_str()?.trim();
        let is_invalid_char = |c: char| c.is_control() || c.is_whitespace();
        let fits = text.len() <= MAX_ADDRESS_BYTES && !text.contains(is_invalid_char);
        let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
        fits.then(|| Url::parse(text).ok()).flatten().filter(is_web).map(|_| text.to_owned())
    }

    /// Returns an ID; `None` for 0.
    pub(super) fn id(self) -> Option<String> {
        self.text().filter(|id| id != "0")
    }

    /// Returns a whole number, also from a text or from a value such as `12.0`.
    pub(super) fn number(self) -> Option<u64> {
        match self.0? {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number in range")]
            Value::Number(number) => number
                .as_u64()
                .or_else(|| number.as_f64().filter(|f| f.fract() == 0.0 && (0.0..1e15).contains(f)).map(|f| f as u64)),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// Returns a count; `None` for 0, which means unknown.
    pub(super) fn positive_count(self) -> Option<u16> {
        self.number().filter(|n| *n > 0).and_then(|n| u16::try_from(n).ok())
    }

    /// Returns width and height in pixels if both are known.
    pub(super) fn pixel_size(self) -> Option<(u32, u32)> {
        let side = |key| u32::try_from(self.field(key).number()?).ok().filter(|side| *side > 0);
        side("width").zip(side("height"))
    }

    /// Returns a decimal number exactly as the service wrote it.
    pub(super) fn decimal(self) -> Option<String> {
        match self.0? {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => Some(text.trim().to_owned()),
            _ => None,
        }
    }

    /// Returns a boolean.
    pub(super) fn boolean(self) -> Option<bool> {
        self.0?.as_bool()
    }

    /// Returns true for any value except null.
    pub(super) fn is_present(self) -> bool {
        self.0.is_some_and(|value| !value.is_null())
    }

    /// Returns true for an array, even an empty one. Use it to detect responses that are not in the documented format.
    pub(super) fn is_list(self) -> bool {
        self.0.is_some_and(Value::is_array)
    }

    /// Returns the fields of an object.
    pub(super) fn fields(self) -> impl Iterator<Item = (&'a str, LenientJson<'a>)> {
        let object = self.0.and_then(Value::as_object);
        object.into_iter().flatten().map(|(key, value)| (key.as_str(), LenientJson::new(value)))
    }

    /// Returns the sanitized texts of an array.
    pub(super) fn texts(self) -> Vec<String> {
        self.elements().filter_map(LenientJson::text).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_album_may_be_called_none_and_a_catalog_number_not() {
        assert_eq!(LenientJson::new(&json!("None")).text().as_deref(), Some("None"));
        assert_eq!(LenientJson::new(&json!("None")).known_text(), None);
        assert_eq!(LenientJson::new(&json!(" [none] ")).known_text(), None);
    }

    #[test]
    fn unknown_in_all_its_forms() {
        for unknown in [json!(null), json!(""), json!("  "), json!([]), json!({}), json!(true), json!("\u{202e}")] {
            let json = LenientJson::new(&unknown);
            assert_eq!(
                (json.text(), json.id(), json.number(), json.decimal().is_some()),
                (None, None, None, unknown.is_string())
            );
        }
        assert_eq!((LenientJson::new(&json!(0)).id(), LenientJson::new(&json!("0")).positive_count()), (None, None));
        assert_eq!(
            (LenientJson::new(&json!(7)).id(), LenientJson::new(&json!("7")).positive_count()),
            (Some("7".to_owned()), Some(7))
        );
        assert_eq!(
            (LenientJson::new(&json!(12.0)).number(), LenientJson::new(&json!(-1.0)).number()),
            (Some(12), None)
        );
    }

    #[test]
    fn hostile_text_becomes_short_and_plain() {
        let hostile = json!(format!("a\u{1b}[2J\u{202e}b\r\n{}", "語".repeat(100_000)));
        let text = LenientJson::new(&hostile).text().expect("text");
        assert!(text.starts_with("a[2Jb 語") && text.chars().count() == MAX_TEXT_CHARS, "{text}");
    }

    #[test]
    fn join_phrases_keep_their_spaces() {
        let phrase = |text: &str| LenientJson::new(&json!(text)).phrase();
        assert_eq!(phrase(" & ").as_deref(), Some(" & "));
        assert_eq!(phrase(", ").as_deref(), Some(", "));
        assert_eq!(phrase(" ").as_deref(), Some(" "));
        assert_eq!(phrase(""), None);
    }

    #[test]
    fn an_address_is_whole_or_not_at_all() {
        let address = |text: &str| LenientJson::new(&json!(text)).web_address();
        assert_eq!(address(" https://i.discogs.com/x.jpeg ").as_deref(), Some("https://i.discogs.com/x.jpeg"));
        for bad in ["", "javascript:alert(1)", "file:///etc/passwd", "https://", "/release/1", "https://a.example/a b"]
        {
            assert_eq!(address(bad), None, "{bad}");
        }
        assert_eq!(address(&format!("https://a.example/{}", "x".repeat(MAX_ADDRESS_BYTES))), None);
    }
}
