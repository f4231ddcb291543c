//! The page of an opened item: lines under headings that fold, each with the value that a key copies and the address that
//! a key opens; and how long ones are broken to the width that there is.

use std::collections::BTreeSet;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::pane::Look;
use domain::screen::{clean, fit};

/// Cells of the column with the names of fields.
pub(super) const NAMES: usize = 12;

/// The parts of an item, in the order in which they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Ending,
    Release,
    Why,
    Price,
    Cover,
    Listing,
    Draft,
    Held,
    History,
}

impl Section {
    pub(super) const ALL: [Self; 9] = [
        Self::Ending,
        Self::Release,
        Self::Why,
        Self::Price,
        Self::Cover,
        Self::Listing,
        Self::Draft,
        Self::Held,
        Self::History,
    ];

    const fn words(self) -> &'static str {
        match self {
            Self::Ending => "item",
            Self::Release => "release",
            Self::Why => "why this pressing",
            Self::Price => "price",
            Self::Cover => "cover",
            Self::Listing => "listing",
            Self::Draft => "draft",
            Self::Held => "what eBay holds",
            Self::History => "history",
        }
    }
}

/// One line as it is meant, however wide the pane.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    spans: Vec<Span<'static>>,
    /// Cells that the further lines of a long one are set in by.
    hang: usize,
    /// What is copied of it, bare.
    pub(super) value: Option<String>,
    /// What is opened of it.
    pub(super) link: Option<String>,
}

impl Row {
    pub(super) fn new(spans: Vec<Span<'static>>) -> Self {
        Self { spans, ..Self::default() }
    }

    /// Text of whoever, with the value that it is.
    pub(super) fn text(text: &str, style: Style) -> Self {
        Self::new(vec![Span::styled(clean(text).into_owned(), style)]).valued(text)
    }

    /// `artist       Leonard Cohen  (musicbrainz)`
    pub(super) fn field(name: &str, value: &str, source: &str, look: Look<'_>) -> Self {
        // EBay's names of specifics are long, and are read in full.
        let name = clean(name);
        let name = if name.width() > NAMES { name.into_owned() } else { fit(&name, NAMES) };
        let name = Span::styled(name, look.theme.faint());
        let mut spans = vec![name, Span::raw(" "), Span::raw(clean(value).into_owned())];
        if !source.is_empty() {
            spans.push(Span::styled(format!("  ({})", clean(source)), look.theme.faint()));
        }
        Self { hang: NAMES + 1, ..Self::new(spans) }.valued(value)
    }

    pub(super) fn valued(mut self, value: &str) -> Self {
        self.value = Some(clean(value).into_owned()).filter(|value| !value.trim().is_empty());
        self
    }

    pub(super) fn linked(mut self, link: &str) -> Self {
        self.link = Some(link.to_owned());
        self
    }

    pub(super) fn set_in(mut self, cells: usize) -> Self {
        self.hang = cells;
        self
    }

    pub(super) fn styled(mut self, style: Style) -> Self {
        self.spans.iter_mut().for_each(|span| span.style = span.style.patch(style));
        self
    }

    /// As plain text, without anything around it.
    fn plain(&self) -> String {
        self.spans.iter().map(|span| span.content.as_ref()).collect::<String>().trim_end().to_owned()
    }
}

/// One line as it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Drawn {
    pub(super) line: Line<'static>,
    pub(super) section: Section,
    pub(super) is_heading: bool,
    pub(super) value: Option<String>,
    pub(super) link: Option<String>,
}

/// All of an item.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    parts: Vec<(Section, Vec<Row>)>,
}

impl Page {
    /// Adds a part; one without lines is left out.
    pub(super) fn add(&mut self, section: Section, rows: Vec<Row>) {
        if !rows.is_empty() {
            self.parts.push((section, rows));
        }
    }

    /// As lines of this width, those of folded parts left out.
    pub(super) fn drawn(&self, width: usize, folded: &BTreeSet<Section>, look: Look<'_>) -> Vec<Drawn> {
        let mut lines = Vec::new();
        for (section, rows) in &self.parts {
            let is_folded = folded.contains(section);
            if *section != Section::Ending {
                lines.push(heading(*section, rows.len(), is_folded, width, look));
            }
            if !is_folded || *section == Section::Ending {
                lines.extend(rows.iter().flat_map(|row| broken(row, *section, width)));
            }
        }
        lines
    }

    /// As plain text, for the clipboard.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (section, rows) in &self.parts {
            if *section != Section::Ending {
                text += "\n";
                text += section.words();
                text += "\n";
            }
            for row in rows {
                text += &(row.plain() + "\n");
            }
        }
        text
    }
}

/// `▾ price ────────`
fn heading(section: Section, rows: usize, is_folded: bool, width: usize, look: Look<'_>) -> Drawn {
    let sign = if is_folded { look.theme.pick("▸", "+") } else { look.theme.pick("▾", "-") };
    let lines = if rows == 1 { "line" } else { "lines" };
    let count = if is_folded { format!(" {rows} {lines}") } else { String::new() };
    let words = format!("{sign} {}{count} ", section.words());
    let rule = look.theme.pick("─", "-").repeat(width.saturating_sub(words.width()));
    let line = Line::from(vec![Span::styled(words, look.theme.heading()), Span::styled(rule, look.theme.faint())]);
    Drawn { line, section, is_heading: true, value: None, link: None }
}

/// One row as the lines that it takes, broken between words where that can be, and never inside a character.
fn broken(row: &Row, section: Section, width: usize) -> Vec<Drawn> {
    let width = width.max(4);
    let hang = if row.hang + 8 > width { 0 } else { row.hang };
    let mut lines = vec![Vec::<Span<'static>>::new()];
    let mut taken = 0;
    for span in &row.spans {
        for word in span.content.split_word_bounds() {
            let cells = word.width();
            if taken + cells > width && cells <= width - hang && taken > hang {
                taken = next_line(&mut lines, hang);
                if word.trim().is_empty() {
                    continue;
                }
            }
            for character in word.graphemes(true) {
                let cells = character.width();
                if taken + cells > width {
                    taken = next_line(&mut lines, hang);
                }
                put(lines.last_mut(), character, span.style);
                taken += cells;
            }
        }
    }
    let (value, link) = (&row.value, &row.link);
    let of =
        |spans| Drawn { line: Line::from(spans), section, is_heading: false, value: value.clone(), link: link.clone() };
    lines.into_iter().map(of).collect()
}

fn next_line(lines: &mut Vec<Vec<Span<'static>>>, hang: usize) -> usize {
    lines.push(vec![Span::raw(" ".repeat(hang))]);
    hang
}

fn put(line: Option<&mut Vec<Span<'static>>>, character: &str, style: Style) {
    let Some(line) = line else { return };
    match line.last_mut() {
        Some(last) if last.style == style => last.content.to_mut().push_str(character),
        _ => line.push(Span::styled(character.to_owned(), style)),
    }
}
