//! Lenient reading of JSON whose shape drifts: ids as text or number, absent, null, "", "none" and 0 for unknown.
//!
//! Each field is read by itself, so a field of the wrong type loses that field and never the record. Texts are
//! cleaned here, where they come in: control characters, marks that turn the writing direction, endless lengths.

use serde_json::Value;

use crate::domain::wording;

/// No name or title is longer; what goes beyond is somebody's joke.
const LONGEST: usize = 500;

/// No release lists more tracks, labels or media than this.
const MOST: usize = 1_000;

/// A place in a JSON document; a place that is not there reads as unknown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'a>(Option<&'a Value>);

impl<'a> Json<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        Self(Some(value))
    }

    /// A field of an object.
    pub(super) fn at(self, key: &str) -> Self {
        Self(self.0.and_then(|value| value.get(key)))
    }

    /// The elements of an array; of anything else, none.
    pub(super) fn list(self) -> impl Iterator<Item = Json<'a>> {
        let elements = self.0.and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
        elements.iter().take(MOST).map(Json::of)
    }

    /// A text or a number as clean text; empty, "none" and "unknown" are unknown.
    pub(super) fn text(self) -> Option<String> {
        let text = match self.0? {
            Value::String(text) => wording::clean(text.get(..LONGEST * 4).unwrap_or(text)),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        let text = text.chars().take(LONGEST).collect::<String>();
        let unknown = text.is_empty() || text.eq_ignore_ascii_case("none") || text.eq_ignore_ascii_case("[none]");
        (!unknown).then_some(text)
    }

    /// A text with the spaces at its ends, as join phrases have them.
    pub(super) fn phrase(self) -> Option<String> {
        let text = self.0?.as_str()?;
        let clean = wording::clean(text);
        let space = |there: bool| if there { " " } else { "" };
        (!text.is_empty()).then(|| match clean.as_str() {
            "" => " ".to_owned(),
            words => {
                format!("{}{words}{}", space(text.starts_with(' ')), space(text.ends_with(' ')))
            }
        })
    }

    /// An identifier that is no 0.
    pub(super) fn id(self) -> Option<String> {
        self.text().filter(|id| id != "0")
    }

    /// A whole number, also written as text or as `12.0`.
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

    /// A number that is not 0, since 0 stands for unknown.
    pub(super) fn count(self) -> Option<u16> {
        self.number().filter(|n| *n > 0).and_then(|n| u16::try_from(n).ok())
    }

    /// The digits of a decimal number, as the service wrote them.
    pub(super) fn decimal(self) -> Option<String> {
        match self.0? {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => Some(text.trim().to_owned()),
            _ => None,
        }
    }

    pub(super) fn flag(self) -> Option<bool> {
        self.0?.as_bool()
    }

    /// True where there is something other than null.
    pub(super) fn is_there(self) -> bool {
        self.0.is_some_and(|value| !value.is_null())
    }

    /// The fields of an object.
    pub(super) fn fields(self) -> impl Iterator<Item = (&'a str, Json<'a>)> {
        let object = self.0.and_then(Value::as_object);
        object.into_iter().flatten().map(|(key, value)| (key.as_str(), Json::of(value)))
    }

    /// The clean texts of an array.
    pub(super) fn texts(self) -> Vec<String> {
        self.list().filter_map(Json::text).collect()
    }
}
