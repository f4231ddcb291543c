//! Which older encoding the lines of a list have that are not UTF-8.
//!
//! The names of the columns are the best evidence: a text that gives `Штрихкод` or `数量` in one encoding gives no known name
//! in another. Without such names, the statistics of the letters decide.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, ISO_8859_2, ISO_8859_7, KOI8_R, MACINTOSH, SHIFT_JIS,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1257,
};

use super::header::is_known_name;

/// Encodings that spreadsheets and shop programs write. Of several that fit, the first one counts.
const ENCODINGS: &[&Encoding] = &[
    WINDOWS_1252,
    SHIFT_JIS,
    EUC_JP,
    GB18030,
    BIG5,
    EUC_KR,
    WINDOWS_1251,
    WINDOWS_1250,
    ISO_8859_2,
    WINDOWS_1253,
    ISO_8859_7,
    WINDOWS_1254,
    WINDOWS_1257,
    MACINTOSH,
    KOI8_R,
    IBM866,
];

/// Characters between the names of columns.
const DELIMITERS: [char; 5] = ['\t', ';', ',', '|', '^'];
/// Maximum number of lines in which names are looked for.
const MAX_NAMED_LINES: usize = 30;

/// Returns the encoding of lines that are not UTF-8.
pub(super) fn detect_encoding(lines: &[&[u8]]) -> &'static Encoding {
    let guess = guess_from_letters(lines);
    let names_in =
        |encoding: &'static Encoding| lines.iter().take(MAX_NAMED_LINES).map(|line| count_names(line, encoding)).sum();
    let rated = std::iter::once(guess).chain(ENCODINGS.iter().copied()).map(|encoding| (names_in(encoding), encoding));
    // The first of those with the most names.
    let best = rated.fold((0_usize, guess), |best, next| if next.0 > best.0 { next } else { best });
    best.1
}

/// Returns the number of fields that are names of columns in this encoding, with letters beyond ASCII.
fn count_names(line: &[u8], encoding: &'static Encoding) -> usize {
    let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(line) else { return 0 };
    let fields = text.split(DELIMITERS).map(|field| field.trim().trim_matches('"'));
    fields.filter(|field| !field.is_ascii() && is_known_name(field)).count()
}

fn guess_from_letters(lines: &[&[u8]]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for line in lines {
        detector.feed(line, false);
        detector.feed(b"\n", false);
    }
    detector.guess(None, Utf8Detection::Deny)
}
