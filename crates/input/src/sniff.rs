//! Detects from its first bytes whether a source is text, and in which encoding.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::error::ListError;

/// Number of bytes that are inspected. File signatures are at the very beginning; the rest reveals UTF-16 without a byte
/// order mark.
pub(super) const SNIFF_BYTES: usize = 4096;

/// How bytes are decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceEncoding {
    /// UTF-8 or Windows-1252, decided line by line.
    AsciiCompatible,
    /// Two bytes a character.
    Utf16(&'static Encoding),
}

const SAVE_AS_CSV_ADVICE: &str = "open it and save it as CSV (UTF-8)";
const UNPACK_ADVICE: &str = "unpack it first";
const WRONG_FILE_ADVICE: &str = "check that it is the right file";

/// First bytes of formats that are not text, their name, and advice.
const BINARY_SIGNATURES: &[(&[u8], &str, &str)] = &[
    (b"\xD0\xCF\x11\xE0", "an Excel workbook (.xls)", SAVE_AS_CSV_ADVICE),
    (b"\x1F\x8B", "gzip-compressed", UNPACK_ADVICE),
    (b"BZh", "bzip2-compressed", UNPACK_ADVICE),
    (b"\xFD7zXZ\0", "xz-compressed", UNPACK_ADVICE),
    (b"\x28\xB5\x2F\xFD", "zstd-compressed", UNPACK_ADVICE),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK_ADVICE),
    (b"Rar!\x1A\x07", "a RAR archive", UNPACK_ADVICE),
    (b"%PDF-", "a PDF document", "export the table as CSV from where the PDF was made"),
    (b"{\\rtf", "a word processor's document (.rtf)", "save it as plain text"),
    (b"\x89PNG\r\n", "a picture (PNG)", WRONG_FILE_ADVICE),
    (b"\xFF\xD8\xFF", "a picture (JPEG)", WRONG_FILE_ADVICE),
    (b"GIF8", "a picture (GIF)", WRONG_FILE_ADVICE),
    (b"SQLite format 3\0", "an SQLite database", WRONG_FILE_ADVICE),
    (b"\x7FELF", "a program", WRONG_FILE_ADVICE),
    (b"\0\0\xFE\xFF", "text in UTF-32", "save it as UTF-8"),
    (b"\xFF\xFE\0\0", "text in UTF-32", "save it as UTF-8"),
];

impl SourceEncoding {
    /// Detects the encoding from the first bytes: [`SNIFF_BYTES`] of them, or the whole source if it is shorter.
    ///
    /// # Errors
    /// Returns [`ListError::NotText`] for a known binary format or a web page.
    pub(super) fn from_first_bytes(start: &[u8]) -> Result<Self, ListError> {
        if start.starts_with(b"PK\x03\x04") {
            return Err(zip_error(start));
        }
        if let Some((_, what, remedy)) = BINARY_SIGNATURES.iter().find(|(mark, ..)| start.starts_with(mark)) {
            return Err(ListError::NotText { what, remedy });
        }
        if is_markup(start) {
            return Err(ListError::NotText { what: "a web page or XML", remedy: "export the table as CSV" });
        }
        match Encoding::for_bom(start) {
            Some((encoding, _)) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(Self::Utf16(encoding)),
            _ => detect_without_bom(start),
        }
    }
}

/// Names a zip archive by its first entries: office documents are zip archives.
fn zip_error(start: &[u8]) -> ListError {
    let has = |name: &[u8]| start.windows(name.len()).any(|w| w == name);
    let (what, remedy) = match () {
        () if has(b"xl/") || has(b"[Content_Types].xml") => ("an Excel workbook", SAVE_AS_CSV_ADVICE),
        () if has(b"opendocument.spreadsheet") => ("an OpenDocument spreadsheet", SAVE_AS_CSV_ADVICE),
        () if has(b"Index/Document.iwa") => ("a Numbers spreadsheet", "export it as CSV"),
        () => ("a zip archive", UNPACK_ADVICE),
    };
    ListError::NotText { what, remedy }
}

/// A page that was saved instead of the file, mostly a sign-in page; and spreadsheets in XML.
fn is_markup(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let begins = |mark: &[u8]| start.get(..mark.len()).is_some_and(|s| s.eq_ignore_ascii_case(mark));
    begins(b"<!doctype") || begins(b"<html") || begins(b"<?xml")
}

/// ASCII in UTF-16 has a NUL in every other byte, and no other text has any NUL.
fn detect_without_bom(start: &[u8]) -> Result<SourceEncoding, ListError> {
    let nuls = |offset: usize| start.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, characters) = (nuls(0), nuls(1), start.len() / 2);
    match (even, odd) {
        (0, 0) => Ok(SourceEncoding::AsciiCompatible),
        _ if odd * 4 >= characters && even * 10 <= odd => Ok(SourceEncoding::Utf16(UTF_16LE)),
        _ if even * 4 >= characters && odd * 10 <= even => Ok(SourceEncoding::Utf16(UTF_16BE)),
        _ => Err(ListError::NotText { what: "a binary file", remedy: WRONG_FILE_ADVICE }),
    }
}
