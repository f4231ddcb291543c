//! What a source is, told from its first bytes: text in some encoding, or something that is no list at all.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::error::Problem;

/// How many bytes are looked at. The marks stand at the very beginning; the rest tells UTF-16 without a mark.
pub(super) const LOOKED_AT: usize = 4096;

/// How the bytes become text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// ASCII and more: UTF-8 or a Windows code page, which is decided line by line.
    Ascii,
    /// Two bytes a character.
    Utf16(&'static Encoding),
}

const SAVE_AS_CSV: &str = "open it and save it as CSV (UTF-8)";
const UNPACK: &str = "unpack it first";
const WRONG_FILE: &str = "check that it is the right file";

/// First bytes, what they mean, what to do.
const NO_LISTS: &[(&[u8], &str, &str)] = &[
    (b"\xD0\xCF\x11\xE0", "an Excel workbook (.xls)", SAVE_AS_CSV),
    (b"\x1F\x8B", "gzip-compressed", UNPACK),
    (b"BZh", "bzip2-compressed", UNPACK),
    (b"\xFD7zXZ\0", "xz-compressed", UNPACK),
    (b"\x28\xB5\x2F\xFD", "zstd-compressed", UNPACK),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK),
    (b"Rar!\x1A\x07", "a RAR archive", UNPACK),
    (b"%PDF-", "a PDF document", "export the table as CSV from where the PDF was made"),
    (b"{\\rtf", "a word processor's document (.rtf)", "save it as plain text"),
    (b"\x89PNG\r\n", "a picture (PNG)", WRONG_FILE),
    (b"\xFF\xD8\xFF", "a picture (JPEG)", WRONG_FILE),
    (b"GIF8", "a picture (GIF)", WRONG_FILE),
    (b"SQLite format 3\0", "an SQLite database", WRONG_FILE),
    (b"\x7FELF", "a program", WRONG_FILE),
    (b"\0\0\xFE\xFF", "text in UTF-32", "save it as UTF-8"),
    (b"\xFF\xFE\0\0", "text in UTF-32", "save it as UTF-8"),
];

impl Kind {
    /// Tells the kind from the first bytes, [`LOOKED_AT`] of them or all there are.
    pub(super) fn of(start: &[u8]) -> Result<Self, Problem> {
        if start.starts_with(b"PK\x03\x04") {
            return Err(zip(start));
        }
        if let Some((_, what, remedy)) = NO_LISTS.iter().find(|(mark, ..)| start.starts_with(mark)) {
            return Err(Problem::Binary { what, remedy });
        }
        if is_markup(start) {
            return Err(Problem::Binary { what: "a web page or XML", remedy: "export the table as CSV" });
        }
        match Encoding::for_bom(start) {
            Some((encoding, _)) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(Self::Utf16(encoding)),
            _ => without_mark(start),
        }
    }
}

/// Office documents are zip archives whose first entries have telling names.
fn zip(start: &[u8]) -> Problem {
    let has = |name: &[u8]| start.windows(name.len()).any(|w| w == name);
    let (what, remedy) = match () {
        () if has(b"xl/") || has(b"[Content_Types].xml") => ("an Excel workbook", SAVE_AS_CSV),
        () if has(b"opendocument.spreadsheet") => ("an OpenDocument spreadsheet", SAVE_AS_CSV),
        () if has(b"Index/Document.iwa") => ("a Numbers spreadsheet", "export it as CSV"),
        () => ("a zip archive", UNPACK),
    };
    Problem::Binary { what, remedy }
}

/// A page that was saved instead of the file, mostly a sign-in page; and spreadsheets in XML.
fn is_markup(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let begins = |mark: &[u8]| start.get(..mark.len()).is_some_and(|s| s.eq_ignore_ascii_case(mark));
    begins(b"<!doctype") || begins(b"<html") || begins(b"<?xml")
}

/// ASCII in UTF-16 has a NUL in every other byte, and no other text has any NUL.
fn without_mark(start: &[u8]) -> Result<Kind, Problem> {
    let nuls = |offset: usize| start.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, characters) = (nuls(0), nuls(1), start.len() / 2);
    match (even, odd) {
        (0, 0) => Ok(Kind::Ascii),
        _ if odd * 4 >= characters && even * 10 <= odd => Ok(Kind::Utf16(UTF_16LE)),
        _ if even * 4 >= characters && odd * 10 <= even => Ok(Kind::Utf16(UTF_16BE)),
        _ => Err(Problem::Binary { what: "a binary file", remedy: WRONG_FILE }),
    }
}
