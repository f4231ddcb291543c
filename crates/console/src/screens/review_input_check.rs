//! Checks a decision before it is submitted, so that errors appear where they were typed.

use crate::item_edit::describe_field_error;
use domain::money::Money;
use domain::review::{FieldError, ReviewCase, ReviewInput};
use iso_currency::Currency;

/// What the operator can do with an item without candidates.
const NOTHING_TO_DECIDE: &str =
    "There are no candidates: / searches for some, x skips the item, e corrects its fields.";

/// Checks a whole decision.
///
/// # Errors
/// Returns what is wrong, in the terms of the review screen.
pub(super) fn check_input(case: &ReviewCase, input: &ReviewInput) -> Result<(), String> {
    let errors = field_errors(case, input);
    if errors.is_empty() {
        return Ok(());
    }
    // Otherwise, each field that the listing needs would repeat the same reason.
    let is_blank = *input == ReviewInput { choose: input.choose.clone(), ..ReviewInput::default() };
    if is_blank && case.candidates().is_empty() {
        return Err(NOTHING_TO_DECIDE.to_owned());
    }
    Err(errors.iter().map(|error| describe_error(case, error)).collect::<Vec<_>>().join("; "))
}

/// Checks the field of a decision with this name.
///
/// # Errors
/// Returns what is wrong with the field.
pub(super) fn check_field(case: &ReviewCase, input: &ReviewInput, name: &str) -> Result<(), String> {
    let error = field_errors(case, input).into_iter().find(|error| error.field == name && !error.found.is_empty());
    error.map_or(Ok(()), |error| Err(describe_error(case, &error)))
}

/// Returns the value of a field in the chosen candidate, or else in the best one.
pub(super) fn present_value(case: &ReviewCase, input: &ReviewInput, name: &str) -> Option<String> {
    let chosen = input.choose.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).unwrap_or_default();
    let row = case.rows.iter().find(|row| row.field.replace(' ', "_") == name)?;
    row.values.get(chosen)?.clone()
}

fn field_errors(case: &ReviewCase, input: &ReviewInput) -> Vec<FieldError> {
    let market = case.details.price_estimate.as_ref().and_then(|estimate| estimate.price).map(|price| price.currency);
    let mut errors = input.to_decision(&case.details, market.unwrap_or(Currency::USD)).err().unwrap_or_default();
    if market.is_none() {
        // The currency of the market is not known here. Whether the amount is in it is checked when the decision is
        // submitted.
        errors.retain(|error| error.field != "price" || !is_amount(&input.price));
    }
    errors
}

/// Returns true for an amount above 0, optionally followed by a currency.
fn is_amount(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let amount = words.next().and_then(|word| Money::parse(word, Currency::USD.code()).ok());
    amount.is_some_and(|amount| amount.minor > 0) && words.count() <= 1
}

fn describe_error(case: &ReviewCase, error: &FieldError) -> String {
    match error.field.as_str() {
        "choose" => match case.candidates().len() {
            0 => NOTHING_TO_DECIDE.to_owned(),
            count => format!("Choose 1 to {count}, or x for none of them."),
        },
        _ => describe_field_error(error),
    }
}
