//! Detects the format and encoding of a source from its first bytes.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use super::error::ListError;
use super::sql_list::is_sql;

/// Number of inspected bytes. File signatures are at the very beginning; the rest reveals UTF-16 without a byte order
/// mark.
pub(super) const SNIFF_BYTES: usize = 4096;

/// Format of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceFormat {
    /// UTF-8 or an older encoding, which is detected later, line by line.
    Text,
    /// Text with records that end in NUL.
    NulSeparated,
    /// UTF-16, in this byte order.
    Utf16(&'static Encoding),
    Gzip,
    /// An Excel or OpenDocument file.
    Workbook,
    /// A JSON object or array, though it may turn out to be other text; with the encoding if it is UTF-16.
    Json(Option<&'static Encoding>),
    /// An SQL script; with the encoding if it is UTF-16.
    Sql(Option<&'static Encoding>),
}

const UNPACK_ADVICE: &str = "unpack it first";
const WRONG_FILE_ADVICE: &str = "check that it is the right file";
const EDI_ADVICE: &str = "ask your supplier for a CSV file or a spreadsheet";
const SAVE_TABLE_ADVICE: &str = "open it in a spreadsheet program and save it as .xlsx or CSV";

/// Signatures of formats that are not text, with name and advice.
const BINARY_SIGNATURES: &[(&[u8], &str, &str)] = &[
    (b"BZh", "bzip2-compressed", UNPACK_ADVICE),
    (b"\xFD7zXZ\0", "xz-compressed", UNPACK_ADVICE),
    (b"\x28\xB5\x2F\xFD", "zstd-compressed", UNPACK_ADVICE),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK_ADVICE),
    (b"Rar!\x1A\x07", "a RAR archive", UNPACK_ADVICE),
    (b"%PDF-", "a PDF document", "export the table as CSV from the program that made the PDF"),
    (b"\x89PNG\r\n", "a picture (PNG)", WRONG_FILE_ADVICE),
    (b"\xFF\xD8\xFF", "a picture (JPEG)", WRONG_FILE_ADVICE),
    (b"GIF8", "a picture (GIF)", WRONG_FILE_ADVICE),
    (b"SQLite format 3\0", "an SQLite database", WRONG_FILE_ADVICE),
    (b"\x7FELF", "a program", WRONG_FILE_ADVICE),
    (b"ID;P", "a table in SYLK (.slk)", SAVE_TABLE_ADVICE),
    (b"TABLE\r\n0,1", "a table in DIF", SAVE_TABLE_ADVICE),
    (b"TABLE\n0,1", "a table in DIF", SAVE_TABLE_ADVICE),
    (b"ISA*", "an EDI message (X12)", EDI_ADVICE),
    (b"UNA:", "an EDI message (EDIFACT)", EDI_ADVICE),
    (b"UNB+", "an EDI message (EDIFACT)", EDI_ADVICE),
    (b"\0\0\xFE\xFF", "text in UTF-32", "save it as UTF-8"),
    (b"\xFF\xFE\0\0", "text in UTF-32", "save it as UTF-8"),
];

impl SourceFormat {
    /// Detects the format from the first [`SNIFF_BYTES`] bytes, or from the whole source if it is shorter.
    ///
    /// # Errors
    /// Returns [`ListError::NotText`] for a known binary format or a web page.
    pub(super) fn from_first_bytes(start: &[u8]) -> Result<Self, ListError> {
        if start.starts_with(b"PK\x03\x04") {
            return detect_archive(start);
        }
        if start.starts_with(b"\xD0\xCF\x11\xE0") {
            return Ok(Self::Workbook);
        }
        if start.starts_with(b"\x1F\x8B") {
            return Ok(Self::Gzip);
        }
        if let Some((_, what, remedy)) = BINARY_SIGNATURES.iter().find(|(mark, ..)| start.starts_with(mark)) {
            return Err(ListError::NotText { what, remedy });
        }
        if start.get(4..8) == Some(b"ftyp") {
            return Err(ListError::NotText { what: "a picture (HEIC) or a video", remedy: WRONG_FILE_ADVICE });
        }
        refuse_document(start)?;
        match Encoding::for_bom(start) {
            Some((encoding, _)) if encoding == UTF_16LE || encoding == UTF_16BE => Self::from_utf16(encoding, start),
            _ => detect_without_bom(start),
        }
    }

    fn from_utf16(encoding: &'static Encoding, start: &[u8]) -> Result<Self, ListError> {
        let (text, _) = encoding.decode_with_bom_removal(start);
        refuse_document(text.as_bytes())?;
        Ok(match () {
            () if is_json(text.as_bytes()) => Self::Json(Some(encoding)),
            () if is_sql(text.as_bytes()) => Self::Sql(Some(encoding)),
            () => Self::Utf16(encoding),
        })
    }
}

/// Distinguishes a workbook from other zip archives by its first entries.
fn detect_archive(start: &[u8]) -> Result<SourceFormat, ListError> {
    let has = |name: &[u8]| start.windows(name.len()).any(|w| w == name);
    let is_workbook =
        has(b"xl/") || has(b"[Content_Types].xml") || has(b"_rels/.rels") || has(b"opendocument.spreadsheet");
    match () {
        () if is_workbook && !has(b"word/") => Ok(SourceFormat::Workbook),
        () if has(b"Index/Document.iwa") => {
            Err(ListError::NotText { what: "a Numbers spreadsheet", remedy: "export it as CSV" })
        }
        () if has(b"word/") || has(b"opendocument.text") => Err(ListError::NotText {
            what: "a word processor's document (.docx, .odt)",
            remedy: "save it as plain text",
        }),
        () => Err(ListError::NotText { what: "a zip archive", remedy: UNPACK_ADVICE }),
    }
}

/// Refuses documents that are written as text: RTF, links (.url, .gsheet), and markup. Markup is a page saved instead of the file, usually a
/// sign-in page, or a table in HTML or XML, which many programs name `.xls`.
///
/// # Errors
/// Returns [`ListError::NotText`] for such a document.
fn refuse_document(start: &[u8]) -> Result<(), ListError> {
    let text = skip_comments(start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start));
    let begins = |mark: &[u8]| text.get(..mark.len()).is_some_and(|s| s.eq_ignore_ascii_case(mark));
    let has = |mark: &[u8]| text.windows(mark.len()).any(|part| part.eq_ignore_ascii_case(mark));
    let is_element = text.first() == Some(&b'<') && text.get(1).is_some_and(u8::is_ascii_alphabetic);
    let is_markup = begins(b"<!doctype") || begins(b"<?xml") || (is_element && (has(b"</") || has(b"/>")));
    let is_table = || [&b"<table"[..], b"<worksheet", b":spreadsheet"].into_iter().any(has);
    match () {
        () if begins(b"{\\rtf") => {
            Err(ListError::NotText { what: "a word processor's document (.rtf)", remedy: "save it as plain text" })
        }
        () if begins(b"mime-version:") => Err(ListError::NotText { what: "a web archive", remedy: SAVE_TABLE_ADVICE }),
        () if begins(b"[internetshortcut]")
            || (text.starts_with(b"{")
                && has(b"\"doc_id\"")
                && (has(b"do not edit this file") || has(b"docs.google.com"))) =>
        {
            Err(ListError::NotText {
                what: "a link to a web page",
                remedy: "open it, and download the list as CSV or .xlsx",
            })
        }
        () if is_markup && is_table() => {
            Err(ListError::NotText { what: "a table saved as a web page or XML", remedy: SAVE_TABLE_ADVICE })
        }
        () if is_markup => Err(ListError::NotText { what: "a web page or XML", remedy: "export the table as CSV" }),
        () => Ok(()),
    }
}

/// Returns the text after blanks and comments of markup.
fn skip_comments(text: &[u8]) -> &[u8] {
    let mut text = text.trim_ascii_start();
    while let Some(comment) = text.strip_prefix(b"<!--") {
        let Some(end) = memchr::memmem::find(comment, b"-->") else { return text };
        text = comment[end + 3..].trim_ascii_start();
    }
    text
}

/// Distinguishes UTF-16 from other text by its NUL bytes. ASCII in UTF-16 has a NUL in every other byte. Other text has
/// NULs only if a crash or an appending shell left them after the first lines.
fn detect_without_bom(start: &[u8]) -> Result<SourceFormat, ListError> {
    let nuls = |offset: usize| start.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, characters) = (nuls(0), nuls(1), start.len() / 2);
    match (even, odd) {
        (0, 0) if is_json(start) => Ok(SourceFormat::Json(None)),
        (0, 0) if is_sql(start) => Ok(SourceFormat::Sql(None)),
        (0, 0) => Ok(SourceFormat::Text),
        // NUL bytes fill the last block of the file.
        _ if is_padded(start) && is_json(start) => Ok(SourceFormat::Json(None)),
        _ if is_padded(start) => Ok(SourceFormat::Text),
        _ if begins_with_lines(start) => Ok(SourceFormat::Text),
        _ if odd * 4 >= characters && even * 10 <= odd => SourceFormat::from_utf16(UTF_16LE, start),
        _ if even * 4 >= characters && odd * 10 <= even => SourceFormat::from_utf16(UTF_16BE, start),
        // Scanners pad their records with NULs.
        _ if start.iter().any(|byte| is_control(*byte)) => {
            Err(ListError::NotText { what: "a binary file", remedy: WRONG_FILE_ADVICE })
        }
        _ if start.contains(&b'\n') => Ok(SourceFormat::Text),
        _ if start.iter().any(u8::is_ascii_digit)
            && start.iter().all(|byte| *byte == 0 || is_code_character(*byte)) =>
        {
            Ok(SourceFormat::NulSeparated)
        }
        _ => Err(ListError::NotText { what: "a binary file", remedy: WRONG_FILE_ADVICE }),
    }
}

fn is_code_character(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b',' | b';' | b'\t' | b'\r')
}

/// Returns whether the text before the first NUL is followed only by NULs.
fn is_padded(start: &[u8]) -> bool {
    let end = start.iter().position(|byte| *byte == 0).unwrap_or(start.len());
    end > 8 && start[end..].iter().all(|byte| *byte == 0) && !start[..end].iter().any(|byte| is_control(*byte))
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && !matches!(byte, 0 | b'\t' | b'\n' | b'\r' | 0x1a)
}

/// Returns whether complete lines precede the first NUL, and only text and NULs follow.
fn begins_with_lines(start: &[u8]) -> bool {
    let text = start.iter().position(|byte| *byte == 0).map_or(start, |end| &start[..end]);
    text.contains(&b'\n') && text.len() > 8 && !start.iter().any(|byte| is_control(*byte))
}

fn is_json(start: &[u8]) -> bool {
    let text = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    matches!(text.first(), Some(b'{'))
        || (text.starts_with(b"[")
            && matches!(text[1..].trim_ascii_start().first(), Some(b'{' | b'[' | b'"' | b'0'..=b'9')))
}
