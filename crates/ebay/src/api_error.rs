//! eBay's errors and warnings: the objects under `errors` and `warnings` in a response.
//!
//! Code decides by error ID and parameters, because texts come in the language of the site. An ID alone is often not
//! enough: 25002 ("user error") has many causes. The text is for the operator.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::known_errors::{ErrorHandling, known_errors};
use domain::display_text::{clean_text, cut_at_word};

/// Maximum number of characters in a text; longer texts are cut at a word.
const MAX_TEXT_CHARS: usize = 400;

/// An error or warning from eBay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EbayApiError {
    /// eBay's error ID; 0 if eBay sent none, or one that is not a number.
    pub id: u64,
    /// eBay's long message, or the short message if there is no long one.
    pub message: String,
    pub parameters: Vec<(String, String)>,
}

impl EbayApiError {
    /// Returns the value of a parameter; `None` if the error does not have it.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns how Draft Maker handles the error.
    pub fn handling(&self) -> ErrorHandling {
        known_errors(self.id).map_or(ErrorHandling::Report, |known| known.handling)
    }

    /// Returns what the operator can do; `None` if there is no known fix.
    pub fn fix(&self) -> Option<&'static str> {
        known_errors(self.id).map(|known| known.fix).filter(|fix| !fix.is_empty())
    }

    /// Returns eBay's ID, text and parameters. Fills the placeholders of the text, such as `{additionalInfo}`, and omits
    /// parameters that the text contains.
    pub fn text(&self) -> String {
        let parameters = || self.parameters.iter().filter(|(_, value)| !value.is_empty());
        let fill = |text: String, (name, value): &(String, String)| text.replace(&format!("{{{name}}}"), value);
        let message = parameters().fold(self.message.clone(), fill);
        let unmentioned = parameters().filter(|(_, value)| !message.contains(value));
        let unmentioned = unmentioned.map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>();
        let parameters = if unmentioned.is_empty() { String::new() } else { format!(" ({})", unmentioned.join(", ")) };
        let id = if self.id == 0 { String::new() } else { format!("{} ", self.id) };
        format!("{id}{message}{parameters}")
    }

    fn from_json(json: &Value) -> Option<Self> {
        let text = |key: &str| json.get(key).and_then(Value::as_str).map(sanitize_text).filter(|text| !text.is_empty());
        let id = json.get("errorId").and_then(|id| id.as_u64().or_else(|| id.as_str()?.trim().parse().ok()));
        let message = text("longMessage").or_else(|| text("message"));
        if id.is_none() && message.is_none() {
            return None;
        }
        let parameters = json.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let pair = |json: &Value| {
            let value = json.get("value")?;
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Some((sanitize_text(json.get("name")?.as_str()?), sanitize_text(&value)))
        };
        Some(Self {
            id: id.unwrap_or_default(),
            message: message.unwrap_or_default(),
            parameters: parameters.filter_map(pair).collect(),
        })
    }
}

/// Formats `25002 Offer entity already exists. (offerId: 104682640013)`, and the fix if there is one.
impl std::fmt::Display for EbayApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text())?;
        self.fix().map_or(Ok(()), |fix| write!(f, "; fix: {fix}"))
    }
}

/// Parses the errors under `key` (`errors` or `warnings`) of a response, or of one part of a bulk response.
pub fn parse_api_errors(answer: &Value, key: &str) -> Vec<EbayApiError> {
    answer.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(EbayApiError::from_json).collect()
}

fn sanitize_text(text: &str) -> String {
    let clean = clean_text(text);
    cut_at_word(&clean, MAX_TEXT_CHARS).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn placeholders_of_a_text_are_filled_from_the_parameters() {
        let json = json!({"errors": [{"errorId": 25019, "message": "Cannot revise listing. {additionalInfo}", "parameters": [
            {"name": "additionalInfo", "value": "Your account is suspended."}, {"name": "sku", "value": "DM1"}]}]});
        let errors = parse_api_errors(&json, "errors");
        assert_eq!(errors[0].text(), "25019 Cannot revise listing. Your account is suspended. (sku: DM1)");
    }

    #[test]
    fn the_words_of_an_error_with_an_unusual_id_are_reported() {
        for id in [json!(null), json!("INV-7"), json!(-7), json!(25002.5), json!(1e30), json!({"code": 1})] {
            let json = json!({"errors": [{"errorId": id, "message": "The item is locked."}, {"errorId": id}]});
            let errors = parse_api_errors(&json, "errors");
            assert_eq!(errors.iter().map(EbayApiError::text).collect::<Vec<_>>(), ["The item is locked."], "{id}");
        }
    }
}
