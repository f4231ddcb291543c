//! eBay's errors and warnings: the objects under `errors` and `warnings` in its responses.
//!
//! The id alone says little: 25002 ("user error") stands for many causes. Texts come in the language of the site. So the
//! code decides by id and parameters, and the text is for the operator.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::known_errors::{ErrorHandling, known_errors};
use domain::display_text::{clean_text, cut_at_word};

/// Maximum characters of one text; longer ones are cut at a word.
const MAX_TEXT_CHARS: usize = 400;

/// One error or warning of eBay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbayApiError {
    /// eBay's id of the error.
    pub id: u64,
    /// eBay's own text: the long message if there is one.
    pub message: String,
    pub parameters: Vec<(String, String)>,
}

impl EbayApiError {
    /// Returns the value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns what Draft Maker does about the error.
    pub fn handling(&self) -> ErrorHandling {
        known_errors(self.id).map_or(ErrorHandling::Report, |known| known.handling)
    }

    /// Returns what the operator can do, if that is known.
    pub fn fix(&self) -> Option<&'static str> {
        known_errors(self.id).map(|known| known.fix).filter(|fix| !fix.is_empty())
    }

    /// Returns eBay's id, text and parameters. Parameters that the text repeats are left out.
    pub fn text(&self) -> String {
        let unmentioned =
            self.parameters.iter().filter(|(_, value)| !value.is_empty() && !self.message.contains(value));
        let unmentioned = unmentioned.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>();
        let parameters = if unmentioned.is_empty() { String::new() } else { format!(" ({})", unmentioned.join(", ")) };
        format!("{} {}{parameters}", self.id, self.message)
    }

    fn from_json(json: &Value) -> Option<Self> {
        let text = |key: &str| json.get(key).and_then(Value::as_str).map(sanitize_text).filter(|text| !text.is_empty());
        let id = json.get("errorId").and_then(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()))?;
        let parameters = json.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let pair = |json: &Value| {
            let value = json.get("value")?;
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some((sanitize_text(json.get("name")?.as_str()?), sanitize_text(&value)))
        };
        Some(Self {
            id,
            message: text("longMessage").or_else(|| text("message")).unwrap_or_default(),
            parameters: parameters.filter_map(pair).collect(),
        })
    }
}

/// Formats as `25002 Offer entity already exists. (offerId: 104682640013)`, with the fix if one is known.
impl std::fmt::Display for EbayApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())?;
        self.fix().map_or(Ok(()), |fix| write!(f, "; fix: {fix}"))
    }
}

/// Reads the errors under `key` (`errors` or `warnings`) of a response, or of one part of it.
pub fn parse_api_errors(answer: &Value, key: &str) -> Vec<EbayApiError> {
    answer.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(EbayApiError::from_json).collect()
}

fn sanitize_text(text: &str) -> String {
    let clean = clean_text(text);
    cut_at_word(&clean, MAX_TEXT_CHARS).to_owned()
}
