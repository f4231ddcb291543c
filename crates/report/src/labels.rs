//! Label sheets as SVG: a Code 128 barcode of the SKU, the SKU, the location and the title, so that a sold item is found again.
//! A sheet is one page; print it at its own size.

use std::fmt::Write as _;

use barcoders::sym::code128::Code128;
use domain::seller_data::MediaGrade;
use quick_xml::escape::escape;

/// One label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// Text of the barcode, in ASCII: the SKU, or the grade of a command barcode.
    pub sku: String,
    pub location: Option<String>,
    pub title: String,
    /// Grades and price: `VG+/VG 12.00 USD`.
    pub details: String,
}

/// Media and sleeve grades that have a command barcode of their own, the more common ones.
const GRADE_PAIRS: [&str; 10] =
    ["NM/NM", "NM/VG+", "VG+/NM", "VG+/VG+", "VG+/VG", "VG/VG+", "VG/VG", "VG/G+", "G+/G+", "G/G"];

/// Returns the labels of the command barcodes that grade the scans that follow, as [`domain::scan::parse_grades`] reads them:
/// one for each grade of the media, for the pairs with a sleeve, for unopened items and for the end of the grading.
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

/// A sheet of labels; lengths are in tenths of a millimeter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelSheet {
    page: (u32, u32),
    /// Left and top margin of the first label.
    margin: (u32, u32),
    label: (u32, u32),
    /// Distance from one label to the next.
    pitch: (u32, u32),
    columns: usize,
    rows: usize,
}

impl LabelSheet {
    /// US Letter with 30 labels of 2 5/8 by 1 inch, as Avery 5160.
    pub const LETTER: Self =
        Self { page: (2159, 2794), margin: (48, 127), label: (667, 254), pitch: (698, 254), columns: 3, rows: 10 };

    /// A4 with 21 labels of 63.5 by 38.1 mm, as Avery L7160.
    pub const A4: Self =
        Self { page: (2100, 2970), margin: (72, 151), label: (635, 381), pitch: (660, 381), columns: 3, rows: 7 };

    /// Returns the number of labels on a page.
    pub const fn labels_per_page(&self) -> usize {
        self.columns * self.rows
    }

    /// Returns each page as an SVG document.
    ///
    /// # Errors
    /// Returns a sentence that names a SKU that has no barcode.
    pub fn render_pages(&self, labels: &[Label]) -> Result<Vec<String>, String> {
        labels.chunks(self.labels_per_page()).map(|page| self.render_page(page)).collect()
    }

    fn render_page(&self, labels: &[Label]) -> Result<String, String> {
        let (width, height) = self.page;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"Arial, Helvetica, sans-serif\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
            millimeters(width),
            millimeters(height)
        );
        for (place, label) in labels.iter().enumerate() {
            let column = u32::try_from(place % self.columns).unwrap_or_default();
            let row = u32::try_from(place / self.columns).unwrap_or_default();
            let (x, y) = (self.margin.0 + column * self.pitch.0, self.margin.1 + row * self.pitch.1);
            let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">{}</g>", self.render_label(label)?);
        }
        svg.push_str("</svg>\n");
        Ok(svg)
    }

    /// Draws a label: two lines of text above, the bars, and the SKU with the location below.
    fn render_label(&self, label: &Label) -> Result<String, String> {
        let (width, height) = self.label;
        let bars = encode_bars(&label.sku)?;
        let modules = u32::try_from(bars.len()).unwrap_or(u32::MAX).max(1);
        let (quiet, text_size, large_size) = (30, 26, 34);
        let (top, bottom) = (20 + 2 * (text_size + 4), height - large_size - 24);
        let scale = f64::from(width - 2 * quiet) / f64::from(modules);
        let mut path = String::new();
        let mut place = 0;
        for run in bars.chunk_by(|one, other| one == other) {
            if run[0] == 1 {
                let modules = u32::try_from(run.len()).unwrap_or(u32::MAX);
                let (from, to) = (scale * f64::from(place), scale * f64::from(modules));
                let _ = write!(path, "M{from:.2} {top}h{to:.2}v{}h-{to:.2}z", bottom - top);
            }
            place += u32::try_from(run.len()).unwrap_or_default();
        }
        // Letters of this font are about half as wide as high.
        let most = usize::try_from((width - 2 * quiet) * 100 / (text_size * 52)).unwrap_or(usize::MAX);
        let text = |y: u32, size: u32, weight: &str, words: &str| {
            let words = words.chars().filter(|c| !c.is_control()).take(most).collect::<String>();
            format!("<text x=\"{quiet}\" y=\"{y}\" font-size=\"{size}\"{weight}>{}</text>", escape(&words))
        };
        let place = label.location.as_deref().map(|location| format!("{location}  ")).unwrap_or_default();
        Ok([
            text(20 + text_size, text_size, "", &label.title),
            text(20 + 2 * text_size + 4, text_size, "", &label.details),
            format!("<path transform=\"translate({quiet} 0)\" d=\"{path}\"/>"),
            text(height - 24, large_size - 6, " font-weight=\"bold\"", &format!("{place}{}", label.sku)),
        ]
        .concat())
    }
}

/// Returns the bars (1) and spaces (0) of a text in Code 128. Letters are in code set B, and digits in pairs in code set C,
/// which halves their width (ISO/IEC 15417).
fn encode_bars(text: &str) -> Result<Vec<u8>, String> {
    let refused = || format!("{text:?} cannot be printed as a barcode: it needs ASCII letters and digits");
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

/// The encoder's own signs for the code sets.
const CODE_SET_B: char = '\u{181}';
const CODE_SET_C: char = '\u{106}';

fn millimeters(tenths: u32) -> String {
    format!("{}.{}mm", tenths / 10, tenths % 10)
}

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
    fn every_grade_label_is_a_command_of_the_scan_screen() {
        let labels = grade_labels();
        assert_eq!(labels.len(), LabelSheet::A4.labels_per_page(), "they fill one page");
        for label in &labels {
            let grades = domain::scan::parse_grades(&label.sku).expect("a grade");
            assert_eq!(grades.is_empty(), label.sku == "nograde", "{}", label.sku);
            assert!(encode_bars(&label.sku).is_ok(), "{}", label.sku);
        }
    }

    #[test]
    fn a_sheet_has_as_many_labels_as_fit_and_escapes_titles() {
        let label = |number: usize| Label {
            sku: format!("DM072064244252{}", number % 10),
            location: Some("Box <1>".to_owned()),
            title: "Simon & Garfunkel \u{1b}[31m".to_owned(),
            details: "VG+/VG".to_owned(),
        };
        let labels = (0..31).map(label).collect::<Vec<_>>();
        let pages = LabelSheet::LETTER.render_pages(&labels).expect("labels");
        assert_eq!(pages.iter().map(|page| page.matches("<g ").count()).collect::<Vec<_>>(), [30, 1]);
        assert!(pages[0].contains("Simon &amp; Garfunkel [31m") && pages[0].contains("Box &lt;1&gt;"), "{}", pages[1]);
        assert_eq!(LabelSheet::A4.render_pages(&labels).expect("labels").len(), 2);
    }
}
