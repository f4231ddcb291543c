//! The page of an item: rows under headings that collapse, wrapped to the width of the pane. A row can have a value to
//! copy and a link to open.

use std::collections::BTreeSet;
use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use crate::screen::DrawContext;
use crate::screens::widgets::wrap_ranges;
use domain::provider::display_name_of;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;

/// Minimum width of the column with the names of fields, in cells.
pub(super) const NAME_COLUMN_WIDTH: usize = 12;

/// Share of the page that the column with the names gets at most: a third. A longer name has a line of its own.
const NAME_COLUMN_SHARE: usize = 3;

/// The sections of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ItemSection {
    Outcome,
    Release,
    MatchReasons,
    Price,
    Cover,
    Photos,
    Listing,
    Draft,
    EbayComparison,
    History,
}

impl ItemSection {
    /// All sections, in display order.
    pub(super) const ALL: [Self; 10] = [
        Self::Outcome,
        Self::Release,
        Self::MatchReasons,
        Self::Price,
        Self::Cover,
        Self::Photos,
        Self::Listing,
        Self::Draft,
        Self::EbayComparison,
        Self::History,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Outcome => "item",
            Self::Release => "release",
            Self::MatchReasons => "why this pressing",
            Self::Price => "price",
            Self::Cover => "cover",
            Self::Photos => "your photos",
            Self::Listing => "listing",
            Self::Draft => "draft",
            Self::EbayComparison => "on eBay",
            Self::History => "history",
        }
    }
}

/// One row of the page before it is wrapped.
#[derive(Clone, Debug, Default)]
pub(super) struct DetailRow {
    /// Name of the field, for the column with the names; `None` for a row over the whole width.
    name: Option<Span<'static>>,
    spans: Vec<Span<'static>>,
    /// Indentation of continuation lines if the row is wrapped, in cells.
    indent: usize,
    /// Text to copy.
    pub(super) value: Option<String>,
    /// URL to open.
    pub(super) link: Option<String>,
}

impl DetailRow {
    pub(super) fn new(spans: Vec<Span<'static>>) -> Self {
        Self { spans, ..Self::default() }
    }

    /// Returns a row of plain text, which is also the value to copy.
    pub(super) fn from_text(text: &str, style: Style) -> Self {
        Self::new(vec![Span::styled(strip_terminal_controls(text).into_owned(), style)]).with_copy_value(text)
    }

    /// Returns a row such as `artist       Leonard Cohen  (musicbrainz)`. An empty source is omitted.
    pub(super) fn for_field(name: &str, value: &str, source: &str, draw: DrawContext<'_>) -> Self {
        let mut spans = vec![Span::raw(strip_terminal_controls(value).into_owned())];
        if !source.is_empty() {
            spans.push(Span::styled(
                format!("  ({})", strip_terminal_controls(&display_names(source))),
                draw.theme.muted_style(),
            ));
        }
        Self::with_name(name, spans, draw).with_copy_value(value)
    }

    /// Returns a row with a name in the column for names. eBay's names of item specifics can be long; they are not
    /// truncated.
    pub(super) fn with_name(name: &str, spans: Vec<Span<'static>>, draw: DrawContext<'_>) -> Self {
        let name = Span::styled(strip_terminal_controls(name).into_owned(), draw.theme.muted_style());
        Self { name: Some(name), ..Self::new(spans) }
    }

    pub(super) fn with_copy_value(mut self, value: &str) -> Self {
        self.value = Some(strip_terminal_controls(value).into_owned()).filter(|value| !value.trim().is_empty());
        self
    }

    pub(super) fn with_link(mut self, link: &str) -> Self {
        self.link = Some(link.to_owned());
        self
    }

    pub(super) fn with_indent(mut self, cells: usize) -> Self {
        self.indent = cells;
        self
    }

    pub(super) fn with_style(mut self, style: Style) -> Self {
        self.name.iter_mut().chain(&mut self.spans).for_each(|span| span.style = span.style.patch(style));
        self
    }

    /// Returns the row with its name in a column of `name_width` cells. A longer name is a row of its own before it.
    fn lay_out(&self, name_width: usize) -> Vec<Self> {
        let Some(name) = &self.name else { return vec![self.clone()] };
        let is_short = name.width() <= name_width;
        let in_column = fit_to_width(if is_short { &name.content } else { "" }, name_width);
        let columns = [Span::styled(in_column, name.style), Span::raw(" ")];
        let spans = columns.into_iter().chain(self.spans.iter().cloned()).collect();
        let row = Self { name: None, spans, indent: name_width + 1, ..self.clone() };
        let above = Self { name: None, spans: vec![name.clone()], indent: 0, ..self.clone() };
        (!is_short).then_some(above).into_iter().chain([row]).collect()
    }

    /// Returns the text of the row without styles.
    fn to_plain_text(&self) -> String {
        self.spans.iter().map(|span| span.content.as_ref()).collect::<String>().trim_end().to_owned()
    }
}

/// Returns the display names of sources that are separated by commas.
fn display_names(sources: &str) -> String {
    sources.split(", ").map(display_name_of).collect::<Vec<_>>().join(", ")
}

/// Position of a line on the page, whatever its width: the section, the number of the row (0 for the heading), and the
/// number of the line in the row.
pub(super) type LinePosition = (ItemSection, usize, usize);

/// One line of the page, wrapped to the width of the pane.
#[derive(Clone, Debug)]
pub(super) struct RenderedLine {
    pub(super) line: Line<'static>,
    pub(super) position: LinePosition,
    pub(super) is_heading: bool,
    pub(super) value: Option<String>,
    pub(super) link: Option<String>,
}

impl RenderedLine {
    pub(super) const fn section(&self) -> ItemSection {
        self.position.0
    }
}

/// The sections of an item that have rows.
#[derive(Clone, Debug, Default)]
pub(super) struct ItemPage {
    sections: Vec<(ItemSection, Vec<DetailRow>)>,
}

impl ItemPage {
    /// Adds a section if it has rows.
    pub(super) fn add_section(&mut self, section: ItemSection, rows: Vec<DetailRow>) {
        if !rows.is_empty() {
            self.sections.push((section, rows));
        }
    }

    /// Returns the page as lines of `width` cells. A collapsed section consists of its heading only.
    pub(super) fn render_lines(
        &self,
        width: usize,
        folded: &BTreeSet<ItemSection>,
        draw: DrawContext<'_>,
    ) -> Vec<RenderedLine> {
        let mut lines = Vec::new();
        for (section, rows) in &self.sections {
            let is_folded = folded.contains(section);
            if *section != ItemSection::Outcome {
                lines.push(render_heading(*section, rows.len(), is_folded, width, draw));
            }
            if !is_folded || *section == ItemSection::Outcome {
                let name_width = name_column_width(rows, width / NAME_COLUMN_SHARE);
                let rows = rows.iter().zip(1..);
                lines.extend(rows.flat_map(|(row, number)| wrap_row(row, (*section, number), (name_width, width))));
            }
        }
        lines
    }

    /// Returns the whole page as plain text, for the clipboard.
    pub(super) fn to_plain_text(&self) -> String {
        let mut text = String::new();
        for (section, rows) in &self.sections {
            if *section != ItemSection::Outcome {
                text += "\n";
                text += section.title();
                text += "\n";
            }
            let name_width = name_column_width(rows, usize::MAX);
            for row in rows.iter().flat_map(|row| row.lay_out(name_width)) {
                text += &(row.to_plain_text() + "\n");
            }
        }
        text
    }
}

/// Returns a heading such as `▾ price ────────`.
fn render_heading(
    section: ItemSection,
    rows: usize,
    is_folded: bool,
    width: usize,
    draw: DrawContext<'_>,
) -> RenderedLine {
    let symbol = if is_folded { draw.theme.glyph("▸", "+") } else { draw.theme.glyph("▾", "-") };
    let count = if is_folded { format!(" {}", format_count(rows, "line", "lines")) } else { String::new() };
    let heading = format!("{symbol} {}{count} ", section.title());
    let rule = draw.theme.glyph("─", "-").repeat(width.saturating_sub(heading.width()));
    let line = Line::from(vec![
        Span::styled(heading, draw.theme.heading_style()),
        Span::styled(rule, draw.theme.muted_style()),
    ]);
    RenderedLine { line, position: (section, 0, 0), is_heading: true, value: None, link: None }
}

/// Returns the width of the column for the names of a section, which contains its longest name of at most `max` cells.
fn name_column_width(rows: &[DetailRow], max: usize) -> usize {
    let widths = rows.iter().filter_map(|row| Some(row.name.as_ref()?.width()));
    widths.filter(|width| *width <= max).max().unwrap_or_default().max(NAME_COLUMN_WIDTH)
}

/// Minimum width next to the indentation. In a narrower pane, rows are not indented.
const MIN_WIDTH_BESIDE_INDENT: usize = 8;

/// Returns a row as lines of at most `width` cells, with a column of `name_width` cells for its name.
fn wrap_row(
    row: &DetailRow,
    (section, number): (ItemSection, usize),
    (name_width, width): (usize, usize),
) -> Vec<RenderedLine> {
    let lines = row.lay_out(name_width).into_iter().flat_map(|row| wrap_spans(&row, width.max(4)));
    let line = |(line, part): (Line<'static>, usize)| {
        let (value, link) = (row.value.clone(), row.link.clone());
        RenderedLine { line, position: (section, number, part), is_heading: false, value, link }
    };
    lines.zip(0..).map(line).collect()
}

/// Wraps the text of a row to `width` cells. The first `indent` cells of the row are its label, which is not wrapped.
fn wrap_spans(row: &DetailRow, width: usize) -> Vec<Line<'static>> {
    let indent = if row.indent + MIN_WIDTH_BESIDE_INDENT > width { 0 } else { row.indent };
    let text = row.spans.iter().map(|span| span.content.as_ref()).collect::<String>();
    let label_len = bytes_of_cells(&text, indent);
    let line = |(index, range): (usize, Range<usize>)| {
        let mut spans = Vec::new();
        if index > 0 && indent > 0 {
            spans.push(Span::raw(" ".repeat(indent)));
        }
        let start = if index == 0 { 0 } else { label_len + range.start };
        spans.extend(slice_spans(&row.spans, start..label_len + range.end));
        Line::from(spans)
    };
    wrap_ranges(&text[label_len..], width - indent).into_iter().enumerate().map(line).collect()
}

/// Returns the number of bytes of a text that fit into `cells`.
fn bytes_of_cells(text: &str, cells: usize) -> usize {
    let mut used = 0;
    let fitting = text.graphemes(true).take_while(|grapheme| {
        used += grapheme.width();
        used <= cells
    });
    fitting.map(str::len).sum()
}

/// Returns the part of styled text in a byte range of its content.
fn slice_spans(spans: &[Span<'static>], range: Range<usize>) -> Vec<Span<'static>> {
    let mut start = 0;
    let parts = spans.iter().filter_map(|span| {
        let (from, to) = (range.start.max(start), range.end.min(start + span.content.len()));
        let part = (from < to).then(|| Span::styled(span.content[from - start..to - start].to_owned(), span.style));
        start += span.content.len();
        part
    });
    parts.collect()
}
