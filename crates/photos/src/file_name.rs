//! Identifies the item that a photo shows by its file name: `720642442524.jpg`, `720642442524_2.jpg`,
//! `DM0720642442524C2-3.png`, `A-77 (2).jpeg`.

use domain::scan::parse_scan;
use domain::sku::Sku;
use domain::upc::Upc;

/// Extensions of supported picture formats.
const PICTURE_ENDINGS: [&str; 3] = ["jpg", "jpeg", "png"];

/// Extensions of unsupported picture formats that phones and the web use.
const OTHER_PICTURE_ENDINGS: [&str; 9] = ["heic", "heif", "webp", "gif", "tif", "tiff", "bmp", "avif", "dng"];

/// Minimum number of digits in a barcode (EAN-8, UPC-E).
const MIN_CODE_DIGITS: usize = 8;

/// Position of a photo whose name ends in a word and not in a number, such as `…_back`.
const UNNUMBERED_POSITION: u32 = 1_000;

/// Kind of a file, according to its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    Photo(PhotoName),
    /// A picture in an unsupported format. Contains the extension in lower case.
    OtherPicture(String),
    /// Not a picture, or a hidden file.
    Other,
}

/// Interpretations of a photo's file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoName {
    /// Possible subjects with the position of the photo, the most likely first.
    pub subjects: Vec<(PhotoSubject, u32)>,
}

/// Item that a photo shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhotoSubject {
    /// A barcode, and the number of the copy from 1.
    Copy(Upc, u32),
    /// The seller's own SKU, in lower case.
    OwnSku(String),
}

impl FileKind {
    /// Determines the kind of a file from its name without the folder.
    pub fn from_name(name: &str) -> Self {
        let Some((stem, ending)) = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) else {
            return Self::Other;
        };
        let ending = ending.to_lowercase();
        if name.starts_with('.') {
            Self::Other
        } else if PICTURE_ENDINGS.contains(&ending.as_str()) {
            Self::Photo(PhotoName::from_stem(stem.trim()))
        } else if OTHER_PICTURE_ENDINGS.contains(&ending.as_str()) {
            Self::OtherPicture(ending)
        } else {
            Self::Other
        }
    }
}

impl PhotoName {
    /// Parses a file name without its extension. The position is 1 if the name has none.
    fn from_stem(stem: &str) -> Self {
        let mut subjects = Vec::new();
        let split_code = |is_code: fn(char) -> bool| stem.split_at(stem.find(|c| !is_code(c)).unwrap_or(stem.len()));
        let (code, rest) = split_code(|c| c.is_ascii_alphanumeric());
        let (digits, after_digits) = split_code(|c| c.is_ascii_digit());
        if let Some(sku) = Sku::parse(&code.to_uppercase()) {
            let copy = |upc| (PhotoSubject::Copy(upc, sku.copy_number()), read_position(rest));
            subjects.extend(sku.upc().map(copy));
        } else if digits.len() >= MIN_CODE_DIGITS && !is_camera_name(stem) && !is_epoch_time(digits) {
            let copy = |upc| (PhotoSubject::Copy(upc, 1), read_position(after_digits));
            subjects.extend(parse_scan(digits).ok().map(copy));
        }
        subjects.push((PhotoSubject::OwnSku(stem.to_lowercase()), 1));
        let (base, position) = split_number(stem);
        subjects.extend(position.map(|position| (PhotoSubject::OwnSku(base.to_lowercase()), position)));
        Self { subjects }
    }
}

/// Returns the number at the start of a file name if it is as long as a barcode but is not one: a digit was mistyped. A
/// number that begins like a date, or like the milliseconds since 1970, is the name that a camera gave.
pub(super) fn mistyped_barcode(name: &str) -> Option<&str> {
    let digits = name.split_at(name.find(|c: char| !c.is_ascii_digit())?).0;
    let is_from_camera = digits.starts_with('1') || digits.starts_with("20");
    let is_mistyped = matches!(digits.len(), 12 | 13) && !is_from_camera && parse_scan(digits).is_err();
    is_mistyped.then_some(digits)
}

/// Returns true for the name that a phone gives a photo: date and time, such as `20240318_143022`. One such date in ten
/// is a valid EAN-8.
fn is_camera_name(stem: &str) -> bool {
    let is_digits = |text: Option<&str>| text.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let has_year = stem.starts_with("20") || stem.starts_with("19");
    has_year
        && is_digits(stem.get(..8))
        && matches!(stem.as_bytes().get(8), Some(b'_' | b'-'))
        && is_digits(stem.get(9..15))
}

/// Returns true for the name that a messenger or a phone gives a photo: the milliseconds since 1970. One such name in
/// ten has a valid check digit, but GS1 has assigned no barcodes that begin with 140 to 199.
fn is_epoch_time(digits: &str) -> bool {
    digits.len() == 13 && ("14".."20").contains(&&digits[..2])
}

/// Returns the position in the rest of a name after the barcode: `_2`, `-2`, ` (2)`, `b`, `_back`.
fn read_position(rest: &str) -> u32 {
    let words = rest.trim_matches([' ', '_', '-', '.', '(', ')', '[', ']']);
    let digits = words.chars().take_while(char::is_ascii_digit).collect::<String>();
    match words.to_lowercase().as_bytes() {
        [] => 1,
        [letter @ b'a'..=b'z'] => u32::from(letter - b'a') + 1,
        _ => digits.parse().unwrap_or(UNNUMBERED_POSITION),
    }
}

/// Splits a trailing number from a name: `A-77 (2)` becomes `A-77` and 2.
fn split_number(stem: &str) -> (&str, Option<u32>) {
    let bare = stem.trim_end_matches([')', ']', ' ']);
    let number = bare.len() - bare.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (before, digits) = bare.split_at(bare.len() - number);
    let trimmed = before.trim_end_matches([' ', '_', '-', '.', '(', '[']);
    if digits.is_empty() || trimmed.len() == before.len() || trimmed.is_empty() {
        return (stem, None);
    }
    (trimmed, digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_barcode_is_not_the_name_that_a_camera_gave() {
        for (name, mistyped) in [
            ("720642442525.jpg", Some("720642442525")),
            ("0720642442525_2.jpg", Some("0720642442525")),
            ("720642442524.jpg", None),
            ("20240318_143022.jpg", None),
            ("202403181430.jpg", None),
            ("1710768622000.jpg", None),
            ("IMG_0001.jpg", None),
            ("7206.jpg", None),
        ] {
            assert_eq!(mistyped_barcode(name), mistyped, "{name}");
        }
    }
}
