//! Detects the older encoding of lines that are not UTF-8.
//!
//! Column names are the best evidence: a text that reads `Штрихкод` or `数量` in one encoding does not contain a known
//! name in another. Without such names, letter statistics decide, followed by single letters within words, which reveal
//! the encodings of DOS and old Macintosh programs.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, IBM866, ISO_8859_2, ISO_8859_7, KOI8_R, MACINTOSH, SHIFT_JIS,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1257,
};
use oem_cp::code_table::{DECODING_TABLE_CP850, DECODING_TABLE_CP852};
use oem_cp::decode_string_complete_table;

use super::header::is_known_name;

/// An encoding from before UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OldEncoding {
    /// An encoding that browsers support.
    Web(&'static Encoding),
    /// DOS code page 850 (Western Europe). Code page 437 has the same letters, as far as titles and artists need them.
    CodePage850,
    /// DOS code page 852 (Central Europe).
    CodePage852,
}

/// Encodings that spreadsheets and shop programs write. If several fit, the first one is chosen.
const ENCODINGS: &[OldEncoding] = &[
    OldEncoding::Web(WINDOWS_1252),
    OldEncoding::Web(SHIFT_JIS),
    OldEncoding::Web(EUC_JP),
    OldEncoding::Web(GB18030),
    OldEncoding::Web(BIG5),
    OldEncoding::Web(EUC_KR),
    OldEncoding::Web(WINDOWS_1251),
    OldEncoding::Web(WINDOWS_1250),
    OldEncoding::Web(ISO_8859_2),
    OldEncoding::Web(WINDOWS_1253),
    OldEncoding::Web(ISO_8859_7),
    OldEncoding::Web(WINDOWS_1254),
    OldEncoding::Web(WINDOWS_1257),
    OldEncoding::Web(MACINTOSH),
    OldEncoding::Web(KOI8_R),
    OldEncoding::Web(IBM866),
    OldEncoding::CodePage850,
    OldEncoding::CodePage852,
];

/// Single-byte encodings whose special letters occur among ASCII letters.
const LATIN_ENCODINGS: [OldEncoding; 4] =
    [OldEncoding::Web(WINDOWS_1252), OldEncoding::CodePage850, OldEncoding::CodePage852, OldEncoding::Web(MACINTOSH)];

/// Characters that may separate column names.
const DELIMITERS: [char; 5] = ['\t', ';', ',', '|', '^'];
/// Maximum number of lines that are searched for column names.
const MAX_NAMED_LINES: usize = 30;

impl OldEncoding {
    /// Decodes a line. Returns `None` if the line is not in this encoding.
    pub(super) fn decode(self, line: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Web(encoding) => encoding.decode_without_bom_handling_and_without_replacement(line),
            Self::CodePage850 => Some(decode_string_complete_table(line, &DECODING_TABLE_CP850).into()),
            Self::CodePage852 => Some(decode_string_complete_table(line, &DECODING_TABLE_CP852).into()),
        }
    }

    /// Returns the name of the encoding: `windows-1252`, `code page 850`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Web(encoding) => encoding.name(),
            Self::CodePage850 => "code page 850",
            Self::CodePage852 => "code page 852",
        }
    }
}

/// Returns the encoding of lines that are not UTF-8.
pub(super) fn detect_encoding(lines: &[&[u8]]) -> OldEncoding {
    let guess = guess_from_letters(lines);
    let names_in =
        |encoding: OldEncoding| lines.iter().take(MAX_NAMED_LINES).map(|line| count_names(line, encoding)).sum();
    let rated = std::iter::once(guess).chain(ENCODINGS.iter().copied()).map(|encoding| (names_in(encoding), encoding));
    // Choose the first encoding with the most names.
    let best = rated.fold((0_usize, guess), |best, next| if next.0 > best.0 { next } else { best });
    if best.0 == 0 && has_single_letters(lines) { guess_from_words(lines, guess) } else { best.1 }
}

/// Returns whether most non-ASCII bytes are single, within words of ASCII letters. This is typical of European
/// languages in Latin script only.
fn has_single_letters(lines: &[&[u8]]) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    let (mut single, mut all) = (0_usize, 0_usize);
    for line in lines {
        for at in (0..line.len()).filter(|at| !line[*at].is_ascii()) {
            all += 1;
            let before = at.checked_sub(1).and_then(|at| line.get(at));
            let is_single = before.is_none_or(u8::is_ascii) && line.get(at + 1).is_none_or(u8::is_ascii);
            single += usize::from(is_single && (is_letter(before) || is_letter(line.get(at + 1))));
        }
    }
    single > 0 && single * 2 >= all
}

/// Returns the encoding in which the most words are plausible; `guess` if no other encoding is better.
fn guess_from_words(lines: &[&[u8]], guess: OldEncoding) -> OldEncoding {
    let rate = |encoding: OldEncoding| -> i64 {
        lines.iter().map(|line| encoding.decode(line).map_or(i64::MIN / 1_000, |text| rate_words(&text))).sum()
    };
    let others = LATIN_ENCODINGS.into_iter().map(|encoding| (rate(encoding), encoding));
    others.fold((rate(guess), guess), |best, next| if next.0 > best.0 { next } else { best }).1
}

/// Rates a text: the number of plausible non-ASCII characters minus the number of implausible ones.
fn rate_words(text: &str) -> i64 {
    let characters: Vec<char> = text.chars().collect();
    let neighbor = |at: Option<usize>| at.and_then(|at| characters.get(at)).copied().filter(|c| c.is_alphabetic());
    let rate = |at: usize| rate_character(neighbor(at.checked_sub(1)), characters[at], neighbor(Some(at + 1)));
    (0..characters.len()).filter(|at| !characters[*at].is_ascii()).map(rate).sum()
}

/// Rates a character between two letters, if any. A capital letter after a small one, a small letter before a capital,
/// and most symbols between letters are implausible.
fn rate_character(before: Option<char>, character: char, after: Option<char>) -> i64 {
    let (follows, precedes) = (before.is_some(), after.is_some());
    if !follows && !precedes {
        return 0;
    }
    match character {
        _ if character.is_uppercase() => {
            let follows_small = before.is_some_and(char::is_lowercase);
            let is_within = follows && after.is_some_and(char::is_lowercase);
            if follows_small || is_within { -1 } else { 1 }
        }
        _ if character.is_lowercase() => {
            if after.is_some_and(char::is_uppercase) {
                -1
            } else {
                1
            }
        }
        '\u{2018}' | '\u{201a}' | '\u{201c}' | '\u{201e}' | '«' | '¿' | '¡' => {
            if follows {
                -1
            } else {
                1
            }
        }
        '\u{201d}' | '\u{2026}' | '»' | '™' | '®' | '©' => {
            if precedes {
                -1
            } else {
                1
            }
        }
        '\u{2019}' | '\u{2013}' | '\u{2014}' | '\u{2022}' | '·' => 1,
        _ if follows && precedes => -1,
        _ => 0,
    }
}

/// Returns the number of fields that are column names with non-ASCII letters in this encoding.
fn count_names(line: &[u8], encoding: OldEncoding) -> usize {
    let Some(text) = encoding.decode(line) else { return 0 };
    let fields = text.split(DELIMITERS).map(|field| field.trim().trim_matches('"'));
    fields.filter(|field| !field.is_ascii() && is_known_name(field)).count()
}

fn guess_from_letters(lines: &[&[u8]]) -> OldEncoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for line in lines {
        detector.feed(line, false);
        detector.feed(b"\n", false);
    }
    OldEncoding::Web(detector.guess(None, Utf8Detection::Deny))
}
