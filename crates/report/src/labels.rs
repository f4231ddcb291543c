//! Label sheets with barcode, SKU, location and title, so that the seller finds a sold item. Barcodes are Code 128.
//!
//! ```text
//! labels ──LabelSheet::draw_pages──> bars and text lines per page ──> label_svg (one file per page) | label_pdf
//! ```
//!
//! Lengths are exact, so a sheet must be printed at 100 % scale.

use barcoders::sym::code128::Code128;
use domain::seller_data::MediaGrade;

/// Text and barcode of one label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// ASCII text of the barcode: the SKU, or the grade of a command barcode.
    pub sku: String,
    pub location: Option<String>,
    pub title: String,
    /// Grades and price, such as `VG+/VG 12.00 USD`.
    pub details: String,
}

/// The more common pairs of media grade and sleeve grade, each with its own command barcode.
const GRADE_PAIRS: [&str; 10] =
    ["NM/NM", "NM/VG+", "VG+/NM", "VG+/VG+", "VG+/VG", "VG/VG+", "VG/VG", "VG/G+", "G+/G+", "G/G"];

/// Returns the labels of the command barcodes that grade the following scans, as [`domain::scan::ScanTerms`] reads
/// them: one per media grade, one per pair with a sleeve grade, one for unopened items, and one that ends the grading.
pub fn grade_labels() -> Vec<Label> {
    let label = |code: &str, title: &str| Label {
        sku: code.to_owned(),
        title: title.to_owned(),
        details: "for the scans that follow".to_owned(),
        ..Label::default()
    };
    let media = MediaGrade::ALL.iter().map(|grade| label(grade.as_str(), &format!("Media {grade}")));
    let pairs = GRADE_PAIRS.iter().map(|pair| label(pair, "Media / sleeve"));
    let others = [label("sealed", "Unopened"), label("nograde", "No grade")];
    media.chain(pairs).chain(others).collect()
}

/// Layout of a sheet of labels. Lengths are in tenths of a millimeter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelSheet {
    page: (u32, u32),
    /// Left margin and top margin of the first label.
    margin: (u32, u32),
    label: (u32, u32),
    /// Horizontal and vertical distance between the origins of adjacent labels.
    pitch: (u32, u32),
    columns: usize,
    rows: usize,
}

impl LabelSheet {
    /// US Letter with 30 labels of 2 5/8 by 1 inch (Avery 5160).
    pub const LETTER: Self =
        Self { page: (2159, 2794), margin: (48, 127), label: (667, 254), pitch: (698, 254), columns: 3, rows: 10 };

    /// A4 with 21 labels of 63.5 by 38.1 mm (Avery L7160).
    pub const A4: Self =
        Self { page: (2100, 2970), margin: (72, 151), label: (635, 381), pitch: (660, 381), columns: 3, rows: 7 };

    /// Returns the number of labels on a page.
    pub(crate) const fn labels_per_page(&self) -> usize {
        self.columns * self.rows
    }

    /// Returns the width and height of a page.
    pub(super) const fn page_size(&self) -> (u32, u32) {
        self.page
    }

    /// Returns true if the bars of a label are too narrow for common scanners.
    pub fn has_narrow_bars(&self, label: &Label) -> bool {
        let room = f64::from(self.label.0 - 2 * QUIET_ZONE);
        let modules = encode_bars(&label.sku).map(|bars| u32::try_from(bars.len()).unwrap_or(u32::MAX));
        modules.is_ok_and(|modules| room / f64::from(modules) < MIN_MODULE_WIDTH)
    }

    /// Lays out the labels on pages.
    ///
    /// # Errors
    /// Returns [`UnprintableSku`] if a SKU cannot be encoded as a barcode.
    pub(super) fn draw_pages(&self, labels: &[Label]) -> Result<Vec<Vec<DrawnLabel>>, UnprintableSku> {
        let pages = labels.chunks(self.labels_per_page());
        pages
            .map(|page| page.iter().enumerate().map(|(index, label)| self.draw_label(index, label)).collect())
            .collect()
    }

    /// Lays out a label: two lines of text above the bars, the location and the SKU below them.
    fn draw_label(&self, index: usize, label: &Label) -> Result<DrawnLabel, UnprintableSku> {
        let (column, row) = (index % self.columns, index / self.columns);
        let [column, row] = [column, row].map(|number| u32::try_from(number).unwrap_or_default());
        let (width, height) = self.label;
        let bars = encode_bars(&label.sku)?;
        let (quiet, text_size, large_size) = (QUIET_ZONE, 26, 34);
        // Letters such as `g` reach below the baseline of the second line.
        let (top, bottom) = (20 + 2 * (text_size + 4) + text_size / 4, height - large_size - 24);
        // In this font, a letter is about half as wide as it is high.
        let most = usize::try_from((width - 2 * quiet) * 100 / (text_size * 52)).unwrap_or(usize::MAX);
        let line = |y: u32, size: u32, is_bold: bool, words: &str| TextLine {
            y,
            size,
            is_bold,
            words: words.chars().filter(|c| !c.is_control()).take(most).collect(),
        };
        // The SKU stays complete after a long location.
        let room = most.saturating_sub(label.sku.chars().count() + LOCATION_GAP.len());
        let location =
            label.location.iter().flat_map(|location| location.chars().filter(|c| !c.is_control()).take(room));
        let location = location.collect::<String>();
        let location = if location.is_empty() { location } else { location + LOCATION_GAP };
        Ok(DrawnLabel {
            origin: (self.margin.0 + column * self.pitch.0, self.margin.1 + row * self.pitch.1),
            quiet,
            bars: scale_bars(&bars, width - 2 * quiet),
            bars_from: top,
            bars_height: bottom - top,
            lines: [
                line(20 + text_size, text_size, false, &label.title),
                line(20 + 2 * text_size + 4, text_size, false, &label.details),
                line(height - 24, large_size - 6, true, &format!("{location}{}", label.sku)),
            ],
        })
    }
}

/// Space to the left and right of the bars.
const QUIET_ZONE: u32 = 30;

/// Width of the narrowest bar that common scanners read (7.5 mil).
const MIN_MODULE_WIDTH: f64 = 1.9;

/// A SKU that has no barcode.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} cannot be printed as a barcode: it needs ASCII letters and digits")]
pub struct UnprintableSku(pub String);

/// Space between the location and the SKU of a label.
const LOCATION_GAP: &str = "  ";

/// Layout of a label. Lengths are in tenths of a millimeter, from the left and the top.
pub(super) struct DrawnLabel {
    /// Upper left corner of the label on the page.
    pub(super) origin: (u32, u32),
    /// Distance of bars and text from the left edge of the label.
    pub(super) quiet: u32,
    /// Left edge (after the quiet zone) and width of each bar.
    pub(super) bars: Vec<(f64, f64)>,
    pub(super) bars_from: u32,
    pub(super) bars_height: u32,
    pub(super) lines: [TextLine; 3],
}

/// A line of text on a label.
pub(super) struct TextLine {
    /// Vertical position of the baseline.
    pub(super) y: u32,
    pub(super) size: u32,
    pub(super) is_bold: bool,
    pub(super) words: String,
}

/// Returns the left edge and width of each bar in a barcode that is `width` wide.
fn scale_bars(modules: &[u8], width: u32) -> Vec<(f64, f64)> {
    let count = |modules: usize| f64::from(u32::try_from(modules).unwrap_or(u32::MAX));
    let scale = f64::from(width) / count(modules.len().max(1));
    let (mut bars, mut offset) = (Vec::new(), 0);
    for run in modules.chunk_by(|one, other| one == other) {
        if run[0] == 1 {
            bars.push((scale * count(offset), scale * count(run.len())));
        }
        offset += run.len();
    }
    bars
}

/// Encodes a text in Code 128: one module per element, 1 for a bar and 0 for a space. Letters use code set B; pairs of
/// digits use code set C, which halves their width (ISO/IEC 15417).
fn encode_bars(text: &str) -> Result<Vec<u8>, UnprintableSku> {
    let refused = || UnprintableSku(text.to_owned());
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(refused());
    }
    let mut code = String::new();
    let mut is_digits = None;
    for run in text.as_bytes().chunk_by(|one, other| one.is_ascii_digit() == other.is_ascii_digit()) {
        let run = std::str::from_utf8(run).map_err(|_| refused())?;
        let pairs_at =
            if run.len() >= 4 && run.starts_with(|c: char| c.is_ascii_digit()) { run.len() % 2 } else { run.len() };
        for (part, wants_digits) in [(&run[..pairs_at], false), (&run[pairs_at..], true)] {
            if part.is_empty() {
                continue;
            }
            if is_digits != Some(wants_digits) {
                code.push(if wants_digits { CODE_SET_C } else { CODE_SET_B });
                is_digits = Some(wants_digits);
            }
            code.push_str(part);
        }
    }
    Code128::new(code).map(|code| code.encode()).map_err(|_| refused())
}

/// Characters by which the encoder switches code sets.
const CODE_SET_B: char = '\u{181}';
const CODE_SET_C: char = '\u{106}';

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_those_of_code_128() {
        // Start C, 12, 34, checksum 105+12+68 = 185 mod 103 = 82, stop (ISO/IEC 15417).
        let bars = encode_bars("1234").expect("digits").iter().map(ToString::to_string).collect::<String>();
        assert_eq!(bars, ["11010011100", "10110011100", "10001011000", "10010011110", "1100011101011"].concat());
        assert!(encode_bars("DM0720642442524C2").is_ok());
        assert!(encode_bars("Kiste 14 ü").is_err());
    }

    #[test]
    fn bars_of_long_skus_are_narrow() {
        let label = |sku: &str| Label { sku: sku.to_owned(), ..Label::default() };
        for sheet in [LabelSheet::LETTER, LabelSheet::A4] {
            assert!(!sheet.has_narrow_bars(&label("Box14DM0720642442524C2")));
            assert!(sheet.has_narrow_bars(&label("RoomTwoShelfSevenBoxDM0720642442524C2")));
        }
    }

    #[test]
    fn text_does_not_touch_the_bars() {
        let label = &grade_labels()[0];
        for sheet in [LabelSheet::LETTER, LabelSheet::A4] {
            let drawn = sheet.draw_label(0, label).expect("letters");
            let [_, above, below] = &drawn.lines;
            assert!(above.y + above.size / 4 <= drawn.bars_from, "{}", drawn.bars_from);
            assert!(drawn.bars_from + drawn.bars_height + below.size <= below.y, "{}", drawn.bars_height);
        }
    }

    #[test]
    fn every_grade_label_is_a_command_of_the_scan_screen() {
        let labels = grade_labels();
        assert_eq!(labels.len(), LabelSheet::A4.labels_per_page(), "they fill one page");
        for label in &labels {
            let mut terms = domain::scan::ScanTerms::default();
            assert!(terms.apply_command(&label.sku), "{}", label.sku);
            assert_eq!(terms.is_empty(), label.sku == "nograde", "{}", label.sku);
            assert!(encode_bars(&label.sku).is_ok(), "{}", label.sku);
        }
    }
}
