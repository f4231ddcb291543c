//! The page of an opened item: lines under headings that fold, each with the value that a key copies and the address that
//! a key opens; and how long ones are broken to the width that there is.

use std::collections::BTreeSet;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::screen::DrawContext;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// Cells of the column with the names of fields.
pub(super) const NAME_COLUMN_WIDTH: usize = 12;

/// The parts of an item, in the order in which they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ItemSection {
    Outcome,
    Release,
    MatchReasons,
    Price,
    Cover,
    Listing,
    Draft,
    EbayComparison,
    History,
}

impl ItemSection {
    pub(super) const ALL: [Self; 9] = [
        Self::Outcome,
        Self::Release,
        Self::MatchReasons,
        Self::Price,
        Self::Cover,
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
            Self::Listing => "listing",
            Self::Draft => "draft",
            Self::EbayComparison => "what eBay holds",
            Self::History => "history",
        }
    }
}

/// One line as it is meant, however wide the pane.
#[derive(Clone, Debug, Default)]
pub(super) struct DetailRow {
    spans: Vec<Span<'static>>,
    /// Cells that the further lines of a long one are set in by.
    indent: usize,
    /// What is copied of it, bare.
    pub(super) value: Option<String>,
    /// What is opened of it.
    pub(super) link: Option<String>,
}

impl DetailRow {
    pub(super) fn new(spans: Vec<Span<'static>>) -> Self {
        Self { spans, ..Self::default() }
    }

    /// Text of whoever, with the value that it is.
    pub(super) fn from_text(text: &str, style: Style) -> Self {
        Self::new(vec![Span::styled(strip_terminal_controls(text).into_owned(), style)]).with_copy_value(text)
    }

    /// `artist       Leonard Cohen  (musicbrainz)`
    pub(super) fn for_field(name: &str, value: &str, source: &str, draw: DrawContext<'_>) -> Self {
        // EBay's names of specifics are long, and are read in full.
        let name = strip_terminal_controls(name);
        let name =
            if name.width() > NAME_COLUMN_WIDTH { name.into_owned() } else { fit_to_width(&name, NAME_COLUMN_WIDTH) };
        let name = Span::styled(name, draw.theme.muted_style());
        let mut spans = vec![name, Span::raw(" "), Span::raw(strip_terminal_controls(value).into_owned())];
        if !source.is_empty() {
            spans.push(Span::styled(format!("  ({})", strip_terminal_controls(source)), draw.theme.muted_style()));
        }
        Self { indent: NAME_COLUMN_WIDTH + 1, ..Self::new(spans) }.with_copy_value(value)
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
        self.spans.iter_mut().for_each(|span| span.style = span.style.patch(style));
        self
    }

    /// As plain text, without anything around it.
    fn to_plain_text(&self) -> String {
        self.spans.iter().map(|span| span.content.as_ref()).collect::<String>().trim_end().to_owned()
    }
}

/// One line as it is drawn.
#[derive(Clone, Debug)]
pub(super) struct RenderedLine {
    pub(super) line: Line<'static>,
    pub(super) section: ItemSection,
    pub(super) is_heading: bool,
    pub(super) value: Option<String>,
    pub(super) link: Option<String>,
}

/// All of an item.
#[derive(Clone, Debug, Default)]
pub(super) struct ItemPage {
    sections: Vec<(ItemSection, Vec<DetailRow>)>,
}

impl ItemPage {
    /// Adds a part; one without lines is left out.
    pub(super) fn add_section(&mut self, section: ItemSection, rows: Vec<DetailRow>) {
        if !rows.is_empty() {
            self.sections.push((section, rows));
        }
    }

    /// As lines of this width, those of folded parts left out.
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
                lines.extend(rows.iter().flat_map(|row| wrap_row(row, *section, width)));
            }
        }
        lines
    }

    /// As plain text, for the clipboard.
    pub(super) fn to_plain_text(&self) -> String {
        let mut text = String::new();
        for (section, rows) in &self.sections {
            if *section != ItemSection::Outcome {
                text += "\n";
                text += section.title();
                text += "\n";
            }
            for row in rows {
                text += &(row.to_plain_text() + "\n");
            }
        }
        text
    }
}

/// `▾ price ────────`
fn render_heading(
    section: ItemSection,
    rows: usize,
    is_folded: bool,
    width: usize,
    draw: DrawContext<'_>,
) -> RenderedLine {
    let sign = if is_folded { draw.theme.glyph("▸", "+") } else { draw.theme.glyph("▾", "-") };
    let lines = if rows == 1 { "line" } else { "lines" };
    let count = if is_folded { format!(" {rows} {lines}") } else { String::new() };
    let message = format!("{sign} {}{count} ", section.title());
    let rule = draw.theme.glyph("─", "-").repeat(width.saturating_sub(message.width()));
    let line = Line::from(vec![
        Span::styled(message, draw.theme.heading_style()),
        Span::styled(rule, draw.theme.muted_style()),
    ]);
    RenderedLine { line, section, is_heading: true, value: None, link: None }
}

/// One row as the lines that it takes, broken between words where that can be, and never inside a character.
fn wrap_row(row: &DetailRow, section: ItemSection, width: usize) -> Vec<RenderedLine> {
    let width = width.max(4);
    let hang = if row.indent + 8 > width { 0 } else { row.indent };
    let mut lines = vec![Vec::<Span<'static>>::new()];
    let mut taken = 0;
    for span in &row.spans {
        for word in span.content.split_word_bounds() {
            let cells = word.width();
            if taken + cells > width && cells <= width - hang && taken > hang {
                taken = push_line(&mut lines, hang);
                if word.trim().is_empty() {
                    continue;
                }
            }
            for character in word.graphemes(true) {
                let cells = character.width();
                if taken + cells > width {
                    taken = push_line(&mut lines, hang);
                }
                push_grapheme(lines.last_mut(), character, span.style);
                taken += cells;
            }
        }
    }
    let (value, link) = (&row.value, &row.link);
    let of = |spans| RenderedLine {
        line: Line::from(spans),
        section,
        is_heading: false,
        value: value.clone(),
        link: link.clone(),
    };
    lines.into_iter().map(of).collect()
}

fn push_line(lines: &mut Vec<Vec<Span<'static>>>, hang: usize) -> usize {
    lines.push(vec![Span::raw(" ".repeat(hang))]);
    hang
}

fn push_grapheme(line: Option<&mut Vec<Span<'static>>>, character: &str, style: Style) {
    let Some(line) = line else { return };
    match line.last_mut() {
        Some(last) if last.style == style => last.content.to_mut().push_str(character),
        _ => line.push(Span::styled(character.to_owned(), style)),
    }
}
