//! Renders label sheets as SVG, one document per page.

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::labels::{DrawnLabel, Label, LabelSheet, UnprintableSku};

/// Renders each page of labels as an SVG document.
///
/// # Errors
/// Returns [`UnprintableSku`] if a SKU cannot be encoded as a barcode.
pub fn render_svg_pages(sheet: &LabelSheet, labels: &[Label]) -> Result<Vec<String>, UnprintableSku> {
    Ok(sheet.draw_pages(labels)?.iter().map(|page| render_page(sheet.page_size(), page)).collect())
}

fn render_page((width, height): (u32, u32), labels: &[DrawnLabel]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"Arial, Helvetica, sans-serif\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        format_millimeters(width),
        format_millimeters(height)
    );
    for label in labels {
        let (x, y) = label.origin;
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">{}</g>", render_label(label));
    }
    svg.push_str("</svg>\n");
    svg
}

fn render_label(label: &DrawnLabel) -> String {
    let DrawnLabel { quiet, bars_from, bars_height, lines, .. } = label;
    let mut path = String::new();
    for (from, width) in &label.bars {
        let _ = write!(path, "M{from:.2} {bars_from}h{width:.2}v{bars_height}h-{width:.2}z");
    }
    let mut svg = format!("<path transform=\"translate({quiet} 0)\" d=\"{path}\"/>");
    for line in lines {
        let weight = if line.is_bold { " font-weight=\"bold\"" } else { "" };
        let (y, size, words) = (line.y, line.size, escape(&line.words));
        let _ = write!(svg, "<text x=\"{quiet}\" y=\"{y}\" font-size=\"{size}\"{weight}>{words}</text>");
    }
    svg
}

fn format_millimeters(tenths: u32) -> String {
    format!("{}.{}mm", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_has_as_many_labels_as_fit_and_escapes_titles() {
        let label = |number: usize| Label {
            sku: format!("DM072064244252{}", number % 10),
            location: Some("Box <1>".to_owned()),
            title: "Simon & Garfunkel \u{1b}[31m".to_owned(),
            details: "VG+/VG".to_owned(),
        };
        let labels = (0..31).map(label).collect::<Vec<_>>();
        let pages = render_svg_pages(&LabelSheet::LETTER, &labels).expect("labels");
        assert_eq!(pages.iter().map(|page| page.matches("<g ").count()).collect::<Vec<_>>(), [30, 1]);
        assert!(pages[0].contains("Simon &amp; Garfunkel [31m") && pages[0].contains("Box &lt;1&gt;"), "{}", pages[1]);
        assert_eq!(render_svg_pages(&LabelSheet::A4, &labels).expect("labels").len(), 2);
    }
}
