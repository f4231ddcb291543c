//! Renders label sheets as a PDF document. The font is Helvetica, which every PDF reader has (ISO 32000-1, 9.6.2.2).
//! The encoding is WinAnsi (Western European): other letters lose their accents or become a question mark.

use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str};
use unicode_normalization::UnicodeNormalization as _;

use super::labels::{DrawnLabel, Label, LabelSheet, TextLine, UnprintableSku};

/// Points (1/72 inch) per tenth of a millimeter.
const POINTS: f32 = 72.0 / 254.0;

const REGULAR: Name<'_> = Name(b"F1");
const BOLD: Name<'_> = Name(b"F2");

/// Object number of the first page; the objects before it are shared by all pages.
const FIRST_PAGE_OBJECT: i32 = 5;

/// Renders all pages of labels as one PDF document.
///
/// # Errors
/// Returns [`UnprintableSku`] if a SKU cannot be encoded as a barcode.
pub fn render_pdf(sheet: &LabelSheet, labels: &[Label]) -> Result<Vec<u8>, UnprintableSku> {
    let pages = sheet.draw_pages(labels)?;
    let [catalog, tree, regular, bold] = [1, 2, 3, 4].map(Ref::new);
    // The object after a page is its content stream.
    let page_refs = (FIRST_PAGE_OBJECT..).step_by(2).map(Ref::new).take(pages.len()).collect::<Vec<_>>();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids(page_refs.iter().copied()).count(i32::try_from(pages.len()).unwrap_or(i32::MAX));
    for (font, name) in [(regular, &b"Helvetica"[..]), (bold, b"Helvetica-Bold")] {
        pdf.type1_font(font).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    let (width, height) = sheet.page_size();
    for (page_ref, labels) in page_refs.into_iter().zip(&pages) {
        let content_ref = Ref::new(page_ref.get() + 1);
        let mut page = pdf.page(page_ref);
        page.media_box(Rect::new(0.0, 0.0, to_points(width), to_points(height))).parent(tree).contents(content_ref);
        let mut resources = page.resources();
        resources.fonts().pair(REGULAR, regular).pair(BOLD, bold);
        resources.finish();
        page.finish();
        pdf.stream(content_ref, &draw_page(height, labels));
    }
    Ok(pdf.finish())
}

/// Renders the content stream of a page. Its origin is the lower left corner.
fn draw_page(height: u32, labels: &[DrawnLabel]) -> Vec<u8> {
    let mut content = Content::new();
    for label in labels {
        let (x, y) = label.origin;
        let left = to_points(x + label.quiet);
        let from_bottom = |below_top: u32| to_points(height.saturating_sub(y + below_top));
        let (lower_edge, bars_height) =
            (from_bottom(label.bars_from + label.bars_height), to_points(label.bars_height));
        for (from, width) in &label.bars {
            content.rect(left + scale(*from), lower_edge, scale(*width), bars_height);
        }
        content.fill_nonzero();
        for TextLine { y, size, is_bold, words } in &label.lines {
            content.begin_text();
            content.set_font(if *is_bold { BOLD } else { REGULAR }, to_points(*size));
            content.next_line(left, from_bottom(*y));
            content.show(Str(&encode_words(words)));
            content.end_text();
        }
    }
    content.finish().to_vec()
}

#[expect(clippy::cast_precision_loss, reason = "lengths of a page have four digits")]
fn to_points(tenths: u32) -> f32 {
    tenths as f32 * POINTS
}

#[expect(clippy::cast_possible_truncation, reason = "lengths of a label have three digits before the point")]
fn scale(tenths: f64) -> f32 {
    tenths as f32 * POINTS
}

/// Encodes a text as WinAnsiEncoding: ISO 8859-1, with additional characters from 0x80 to 0x9f.
fn encode_words(words: &str) -> Vec<u8> {
    words.nfc().map(encode_letter).collect()
}

fn encode_letter(letter: char) -> u8 {
    match letter {
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(letter)).unwrap_or(b'?'),
        '\u{20ac}' => 0x80,
        '\u{2026}' => 0x85,
        '\u{160}' => 0x8a,
        '\u{152}' => 0x8c,
        '\u{17d}' => 0x8e,
        '\u{2018}' => 0x91,
        '\u{2019}' => 0x92,
        '\u{201c}' => 0x93,
        '\u{201d}' => 0x94,
        '\u{2022}' => 0x95,
        '\u{2013}' => 0x96,
        '\u{2014}' => 0x97,
        '\u{161}' => 0x9a,
        '\u{153}' => 0x9c,
        '\u{17e}' => 0x9e,
        '\u{178}' => 0x9f,
        other => match std::iter::once(other).nfd().next() {
            Some(base @ ' '..='~') => u8::try_from(u32::from(base)).unwrap_or(b'?'),
            _ => b'?',
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_those_of_the_encoding() {
        assert_eq!(encode_words("Bj\u{f6}rk \u{2013} Ant\u{f3}n"), b"Bj\xf6rk \x96 Ant\xf3n");
        assert_eq!(encode_words("Dvo\u{159}\u{e1}k"), b"Dvor\xe1k");
        assert_eq!(encode_words("\u{6771}\u{4eac}"), b"??");
    }

    #[test]
    fn a_document_has_a_page_for_each_sheet_with_text_and_bars() {
        let label = |number: usize| Label {
            sku: format!("DM072064244252{}", number % 10),
            location: Some("Box (1)".to_owned()),
            title: "Simon & Garfunkel".to_owned(),
            details: "VG+/VG".to_owned(),
        };
        let labels = (0..31).map(label).collect::<Vec<_>>();
        let pdf = render_pdf(&LabelSheet::LETTER, &labels).expect("labels");
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.starts_with("%PDF-1.7") && text.trim_end().ends_with("%%EOF"), "{text}");
        assert_eq!(text.matches("/Type /Page\n").count(), 2, "{text}");
        // Letter is 8.5 by 11 inches.
        assert!(text.contains("/MediaBox [0 0 612"), "{text}");
        assert_eq!(text.matches("Simon & Garfunkel").count(), 31);
        assert!(text.contains(r"Box \(1\)  DM0720642442520") || text.contains("Box (1)  DM0720642442520"), "{text}");
        let bars = LabelSheet::LETTER.draw_pages(&labels).expect("labels")[0][0].bars.len();
        assert_eq!(text.matches(" re\n").count(), 31 * bars);
        let umlaut = [Label { sku: "\u{fc}".to_owned(), ..Label::default() }];
        assert_eq!(render_pdf(&LabelSheet::A4, &umlaut), Err(UnprintableSku("\u{fc}".to_owned())));
    }
}
