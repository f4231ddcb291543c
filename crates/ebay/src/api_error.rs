//! What eBay says when it is not content: the objects in `errors` and `warnings` of its answers.
//!
//! The number alone does not tell: 25002 is "user error" and stands for many things. Texts come in the site's
//! language. So rules look at numbers and parameters, and people read the text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use domain::display_text::{clean_text, cut_at_word};

/// As much of one text as an operator reads.
const MAX_TEXT_CHARS: usize = 400;

/// One error or warning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbayApiError {
    /// eBay's number of it.
    pub id: u64,
    /// eBay's own words: the long message where there is one.
    pub message: String,
    pub parameters: Vec<(String, String)>,
}

impl EbayApiError {
    /// The value of a parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
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

/// `25002 Offer entity already exists. (offerId: 104682640013)`; parameters that the text repeats are left out.
impl std::fmt::Display for EbayApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.id, self.message)?;
        let untold = self.parameters.iter().filter(|(_, value)| !value.is_empty() && !self.message.contains(value));
        let untold = untold.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>();
        if untold.is_empty() { Ok(()) } else { write!(f, " ({})", untold.join(", ")) }
    }
}

/// The complaints under `key` (`errors`, `warnings`) of an answer, or of one part of it.
pub fn parse_api_errors(answer: &Value, key: &str) -> Vec<EbayApiError> {
    answer.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(EbayApiError::from_json).collect()
}

fn sanitize_text(text: &str) -> String {
    let clean = clean_text(text);
    cut_at_word(&clean, MAX_TEXT_CHARS).to_owned()
}
