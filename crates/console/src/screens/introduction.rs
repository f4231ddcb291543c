//! The introduction: what Draft Maker is for, how to begin, and what is set up. It is shown below the entries of a
//! folder without lists, and of the first folder that the console ever shows.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::widgets;
use crate::backend::SetupFact;
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::screen::{DrawContext, Effect};
use domain::terminal_text::strip_terminal_controls;

const PURPOSE: &str = "Draft Maker turns a list of scanned barcodes into eBay drafts.";
const WITHOUT_LISTS: &str =
    "There is no list in this folder: a list is a text or CSV file with a barcode on each line.";
const WITH_LISTS: &str = "A list is a text or CSV file with a barcode on each line. Choose one above:";

/// The first steps, each with the key that performs it.
const FIRST_STEPS: [(Option<KeyCommand>, &str); 4] = [
    (Some(KeyCommand::GoToAddress), "opens another folder or a bucket, gs://bucket/"),
    (Some(KeyCommand::Scan), "scans barcodes into a new batch"),
    (Some(KeyCommand::Jobs), "lists the batches"),
    (None, "`draft-maker demo` runs a batch with simulated services: no account needed."),
];

/// A first step in a folder with lists.
const OPEN_LIST: (Option<KeyCommand>, &str) =
    (Some(KeyCommand::Open), "shows what the list contains and what a batch would do, before anything starts");

/// Indentation of continuation lines in the setup.
const SETUP_INDENT: &str = "     ";

/// Heading of the setup, which follows the first steps.
const SETUP_HEADING: &str = "Your setup (`draft-maker doctor` checks it):";

/// Divisor for the minimum share of the screen that the entries keep.
const ENTRIES_SHARE: u16 = 3;

/// The introduction of one screen.
#[derive(Default)]
pub(super) struct Introduction {
    /// The parts of the setup; empty until they are loaded.
    setup: Vec<SetupFact>,
    has_asked_setup: bool,
    /// True if the console has never been used before.
    pub(super) is_first_start: bool,
}

impl Introduction {
    /// Returns the effect that loads the setup, the first time the introduction is shown.
    pub(super) fn take_request(&mut self, is_shown: bool) -> Option<Effect> {
        if !is_shown || self.has_asked_setup {
            return None;
        }
        self.has_asked_setup = true;
        Some(Effect::DescribeSetup)
    }

    /// Makes the next call of [`Self::take_request`] load the setup again.
    pub(super) fn mark_stale(&mut self) {
        self.has_asked_setup = false;
    }

    pub(super) fn set_setup(&mut self, facts: &[SetupFact]) {
        self.setup = facts.to_vec();
    }

    /// Draws the introduction below the `entries` rows and their heading. Returns the area for the rows: as much as
    /// they need if the introduction fits below them, and at least a third.
    pub(super) fn draw(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        (entries, has_lists): (usize, bool),
        draw: DrawContext<'_>,
    ) -> Rect {
        let lines = self.lines(area.width, has_lists, draw);
        let wanted = u16::try_from(lines.len() + 1).unwrap_or(u16::MAX);
        let needed = u16::try_from(entries + 1).unwrap_or(u16::MAX);
        let height = needed.min(area.height.saturating_sub(wanted).max(area.height / ENTRIES_SHARE));
        let below = Rect { y: area.y + height, height: area.height - height, ..area };
        for (line, y) in lines.into_iter().zip((below.y + 1).min(below.bottom())..below.bottom()) {
            frame.render_widget(line, Rect { y, height: 1, ..below });
        }
        Rect { height, ..area }
    }

    fn lines(&self, width: u16, has_lists: bool, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let list = if has_lists { WITH_LISTS } else { WITHOUT_LISTS };
        let open = has_lists.then_some(OPEN_LIST);
        let steps = [(None, PURPOSE), (None, list)].into_iter().chain(open).chain(FIRST_STEPS);
        let lines = steps.flat_map(|(command, text)| {
            let key = command.and_then(|command| draw.keymap.effective_key(KeyContext::Browse, command));
            let key = key.map(|key| format!("  {}  ", key.label(draw.theme))).unwrap_or_default();
            let room = usize::from(width).saturating_sub(Span::raw(key.as_str()).width()).max(1);
            widgets::wrap_text(text, room).into_iter().enumerate().map(move |(index, text)| {
                let key = if index == 0 { key.clone() } else { " ".repeat(Span::raw(key.as_str()).width()) };
                Line::from(vec![Span::styled(key, draw.theme.key_style()), Span::raw(text)])
            })
        });
        lines.chain(self.setup_lines(width, draw)).collect()
    }

    /// Returns the parts of the setup, each with a symbol for whether it is ready, wrapped to `width` cells.
    fn setup_lines(&self, width: u16, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let room = usize::from(width).saturating_sub(SETUP_INDENT.len()).max(1);
        let facts = self.setup.iter().flat_map(|fact| {
            let (symbol, style) = if fact.is_ready {
                (draw.theme.glyph("✓", "+"), draw.theme.success_style())
            } else {
                (draw.theme.glyph("–", "-"), draw.theme.warning_style())
            };
            let text = strip_terminal_controls(&format!("{}: {}", fact.name, fact.text)).into_owned();
            widgets::wrap_text(&text, room).into_iter().enumerate().map(move |(index, text)| {
                let mark = if index == 0 { format!("  {symbol}  ") } else { SETUP_INDENT.to_owned() };
                Line::from(vec![Span::styled(mark, style), Span::raw(text)])
            })
        });
        let heading = (!self.setup.is_empty()).then(|| Line::raw(SETUP_HEADING));
        heading.into_iter().chain(facts).collect()
    }
}
