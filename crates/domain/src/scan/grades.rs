//! Grades of scans. `VG+` alone, typed or as a command barcode, grades the following scans; `720642442524 VG+/VG` is a
//! scan with its own grades.

use super::super::copy_description::CopyDescription;
use super::super::seller_data::{ItemField, MediaGrade, SellerData};

/// Command that ends the grading of the following scans.
const NO_GRADE: &str = "nograde";

/// Optional word before the grades in a command barcode: `GRADE VG+/VG`.
const GRADE_COMMAND: &str = "grade";

/// Parses grades of the media, or of media and sleeve: `VG+`, `VG+/VG`, `sealed`. `nograde` returns an empty
/// description. Returns `None` for other texts.
pub fn parse_grade_scan(text: &str) -> Option<CopyDescription> {
    let text = text.trim();
    let text = text
        .split_once(' ')
        .filter(|(word, _)| word.eq_ignore_ascii_case(GRADE_COMMAND))
        .map_or(text, |(_, rest)| rest.trim());
    if text.eq_ignore_ascii_case(NO_GRADE) {
        return Some(CopyDescription::default());
    }
    let (media, sleeve) = text.split_once('/').map_or((text, None), |(media, sleeve)| (media, Some(sleeve)));
    MediaGrade::from_text(media)?;
    let mut data = SellerData::default();
    data.set_field(ItemField::MediaGrade, media).ok()?;
    if let Some(sleeve) = sleeve {
        data.set_field(ItemField::SleeveGrade, sleeve).ok()?;
    }
    Some(CopyDescription::from(&data))
}

/// Splits grades from the end of a scan. A text without grades is returned unchanged.
pub fn split_grades(code: &str) -> (&str, Option<CopyDescription>) {
    let code = code.trim();
    match code.rsplit_once(char::is_whitespace).map(|(barcode, grades)| (barcode, parse_grade_scan(grades))) {
        Some((barcode, Some(grades))) => (barcode.trim_end(), Some(grades).filter(|grades| !grades.is_empty())),
        _ => (code, None),
    }
}

/// Formats a scan with grades, the inverse of [`split_grades`].
pub fn join_grades(code: &str, grades: &CopyDescription) -> String {
    let media = grades.media_grade.map(|grade| if grades.condition.is_some() { "sealed" } else { grade.as_str() });
    match (media, grades.sleeve_grade) {
        (None, _) => code.to_owned(),
        (Some(media), None) => format!("{code} {media}"),
        (Some(media), Some(sleeve)) => format!("{code} {media}/{}", sleeve.as_str()),
    }
}
