//! Parses the barcode in a field of a table.

use domain::barcode::{BarcodeError, normalize_text, parse_barcode};
use domain::upc::{ParsedUpc, Upc};

use super::other_numbers::find_line_barcodes;
use super::text::NO_STORED_VALUE;

/// Text that people and programs enter if an item has no barcode.
const NO_BARCODE_WORDS: &[&str] = &[
    "does not apply",
    "n/a",
    "na",
    "n.a.",
    "none",
    "null",
    "nan",
    "nil",
    "-",
    "--",
    "?",
    "0",
    "unknown",
    "tbd",
    "no barcode",
    "no upc",
    "no ean",
    "not available",
    "not applicable",
    "nicht zutreffend",
    "nicht anwendbar",
    "trifft nicht zu",
    "kein barcode",
    "keine",
    "keiner",
    "unbekannt",
    "entfällt",
    "ne s'applique pas",
    "non applicable",
    "sans objet",
    "aucun",
    "inconnu",
    "no aplica",
    "no corresponde",
    "no procede",
    "ninguno",
    "desconocido",
    "non applicabile",
    "non si applica",
    "nessuno",
    "sconosciuto",
    "niet van toepassing",
    "n.v.t.",
    "nvt",
    "geen",
    "onbekend",
    "nie dotyczy",
    "brak",
    "nieznany",
    "não se aplica",
    "nao se aplica",
    "não aplicável",
    "no aplicable",
    "ej tillämpligt",
    "saknas",
    "ikke relevant",
    "ikke aktuelt",
    "gælder ikke",
    "gjelder ikke",
    "mangler",
    "ei sovellettavissa",
    "neuplatňuje se",
    "nevztahuje se",
    "netýka sa",
    "不适用",
    "不適用",
    "해당 없음",
    "該当なし",
    "適用なし",
    "なし",
    "不明",
    "#n/a",
];

/// The barcode in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum CodeField {
    /// No barcode: the field is empty, or has words such as "Does not apply".
    Absent,
    Code(ParsedUpc),
    /// Two different barcodes.
    Several(ParsedUpc, ParsedUpc),
    Invalid(BarcodeError),
}

impl CodeField {
    /// Parses a field that contains a code, alone or among words.
    pub(super) fn from_text(text: &str) -> Self {
        if let Some(upc) = Upc::from_plain_digits(text) {
            return Self::Code(ParsedUpc { upc, zeros_restored: 0 });
        }
        let normal = normalize_text(text);
        if is_absent(&normal) || normal == NO_STORED_VALUE {
            return Self::Absent;
        }
        match parse_barcode(text) {
            Ok(parsed) => Self::Code(parsed),
            Err(why) => Self::from_words(&normal, why),
        }
    }

    fn from_words(text: &str, why: BarcodeError) -> Self {
        let codes: Vec<ParsedUpc> =
            find_line_barcodes(text).into_iter().filter_map(|found| found.result.ok()).collect();
        match codes.as_slice() {
            [] => Self::Invalid(why),
            [first, rest @ ..] => match rest.iter().find(|code| code.upc != first.upc) {
                Some(other) => Self::Several(*first, *other),
                None => Self::Code(*first),
            },
        }
    }
}

fn is_absent(text: &str) -> bool {
    let text = text.trim_start_matches('=').trim_matches(['"', '\'', ' ']);
    text.is_empty() || (text.len() < 40 && NO_BARCODE_WORDS.contains(&text.to_lowercase().as_str()))
}
