//! Joins barcodes with their check digits, if a list has these in a column of their own.

use domain::barcode::{BarcodeError, normalize_text};
use domain::upc::{ParseUpcError, ParsedUpc, Upc};

use super::code_field::CodeField;
use super::header::is_any_name;
use super::sample::SampleTable;

/// Names of columns with check digits.
#[rustfmt::skip]
const CHECK_DIGIT_NAMES: &[&str] = &[
    "check digit", "checkdigit", "upc check digit", "ean check digit", "barcode check digit", "prüfziffer", "pruefziffer",
    "chiffre de contrôle", "clé de contrôle", "dígito de control", "dígito verificador", "cifra di controllo", "controlecijfer",
    "cyfra kontrolna", "チェックデジット",
];

/// Names of columns with check digits that may also mean something else: a `CD` column may count discs.
const SHORT_NAMES: &[&str] = &["cd", "c d", "check", "chk", "dv"];

/// Number of rows that prove that a column with a short name has check digits. By chance, one digit in ten fits.
const MIN_PROVING_ROWS: usize = 3;

/// Returns the column with the check digits of `code_columns`; `None` if the codes end with these digits already.
pub(super) fn find_check_digits(table: &SampleTable, code_columns: &[usize]) -> Option<usize> {
    let names = table.names();
    let pairs = |at: usize| {
        table.body().iter().map(|row| &row.fields).filter_map(move |fields| {
            let digit = fields.get(at)?;
            let mut codes = code_columns.iter().filter_map(|code| fields.get(*code));
            Some((codes.find(|code| can_have_digit(code, digit))?, digit))
        })
    };
    let is_redundant = |at: usize| {
        let (repeated, others): (Vec<_>, Vec<_>) = pairs(at).partition(|(code, digit)| repeats_last_digit(code, digit));
        repeated.len() > others.len()
    };
    let completes = |at: usize| {
        let pairs = pairs(at).filter(|(code, digit)| !repeats_last_digit(code, digit));
        let (joined, others): (Vec<_>, Vec<_>) = pairs.partition(|(code, digit)| join(code, digit).is_ok());
        joined.len() >= MIN_PROVING_ROWS && others.is_empty()
    };
    let mut columns = (0..names.len()).filter(|at| !code_columns.contains(at));
    columns.find(|at| {
        (is_any_name(&names[*at], CHECK_DIGIT_NAMES) && !is_redundant(*at))
            || (is_any_name(&names[*at], SHORT_NAMES) && completes(*at))
    })
}

/// Returns whether a code is complete without `digit`, and ends with it.
fn repeats_last_digit(code: &str, digit: &str) -> bool {
    matches!(CodeField::from_text(code), CodeField::Code(_)) && code.trim().ends_with(digit.trim())
}

/// Returns what `field`, which was parsed from `text`, is together with its check digit.
pub(super) fn complete_code(field: CodeField, text: &str, digit: &str) -> CodeField {
    if !can_have_digit(text, digit) {
        return field;
    }
    let repeats_last = normalize_text(text).ends_with(normalize_text(digit).as_ref());
    match (field, join(text, digit)) {
        (CodeField::Code(alone), Ok(joined)) if repeats_last => CodeField::Several(alone, joined),
        (CodeField::Code(alone), Err(_)) if repeats_last => CodeField::Code(alone),
        (_, Ok(joined)) => CodeField::Code(joined),
        (_, Err(why)) => CodeField::Invalid(BarcodeError::InvalidCode(why)),
    }
}

/// Returns whether a code may lack its check digit, and `digit` is one.
fn can_have_digit(code: &str, digit: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (code, digit) = (normalize_text(code), normalize_text(digit));
    matches!(code.len(), 10..=12) && digit.len() == 1 && is_number(&code) && is_number(&digit)
}

fn join(code: &str, digit: &str) -> Result<ParsedUpc, ParseUpcError> {
    Upc::parse_lenient(&format!("{}{}", normalize_text(code), normalize_text(digit)))
}
