//! Draws the review queue: the card of the selected item, the current decision below it, and the active input field.
//! The decision has its own lines, so that a card that is longer than the screen never hides it.

use ratatui::Frame;
use ratatui::layout::{Constraint, Flex, Layout, Rect};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};

use super::super::{review_card, widgets};
use super::ReviewScreen;
use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::screen::DrawContext;
use domain::review::ReviewCase;
use domain::terminal_text::strip_terminal_controls;

impl ReviewScreen {
    /// Draws the whole screen.
    pub(super) fn draw_queue(&mut self, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>) {
        let field_height = match &self.field_input {
            Some(input) => input.line_count(area.width).min(area.height / 2),
            None => 2 * u16::from(self.search.is_typing()),
        };
        let decision = self.decision_line(draw);
        let decision_height = decision.as_ref().map_or(0, |line| wrapped_height([line], area.width));
        let lines = self.card_lines(area.width, draw);
        let text_height = wrapped_height(&lines, area.width);
        let card_height = text_height.min(area.height.saturating_sub(decision_height + field_height));
        let heights = [card_height, decision_height, field_height].map(Constraint::Length);
        let [card, below_card, field] = Layout::vertical(heights).flex(Flex::Start).areas(area);
        let last_offset = text_height.saturating_sub(card.height);
        self.scroll_offset = self.scroll_offset.min(last_offset);
        let card_text = Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false });
        frame.render_widget(card_text.scroll((self.scroll_offset, 0)), card);
        if self.scroll_offset < last_offset {
            draw_scroll_hint(frame, card, draw);
        }
        frame.render_widget(
            Paragraph::new(decision.into_iter().collect::<Text<'_>>()).wrap(Wrap { trim: false }),
            below_card,
        );
        self.search.draw(frame, field, draw);
        if let Some(input) = &self.field_input {
            input.draw(frame, field, draw);
        }
    }

    /// Returns the current decision about the selected item; `None` if there is no item.
    fn decision_line(&self, draw: DrawContext<'_>) -> Option<Line<'static>> {
        self.selected_case().map(|case| review_card::render_input(case, &self.current_input(), draw))
    }

    /// Returns the heading of a card: `12 of 40   check the catalog number: spine, disc, back (3 with this question)`.
    fn heading(&self, case: &ReviewCase) -> String {
        let cases = self.loaded_cases();
        let same = cases.iter().filter(|other| other.distinguishing_field == case.distinguishing_field).count();
        let number = self.submitted.decided_count() + self.selected + 1;
        let total = self.submitted.decided_count() + cases.len();
        format!("{number} of {total}   check {} ({same} with this question)", case.distinguishing_field.description())
    }

    fn card_lines(&self, width: u16, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let cases = match &self.cases {
            None => return vec![Line::raw(format!("loading the review queue {}", draw.theme.glyph("…", "...")))],
            Some(Err(error)) => {
                return vec![Line::styled(strip_terminal_controls(error).into_owned(), draw.theme.error_style())];
            }
            Some(Ok(cases)) => cases,
        };
        if cases.is_empty() {
            return vec![self.empty_line(draw)];
        }
        let Some(case) = self.selected_case() else { return Vec::new() };
        let mut lines = vec![Line::styled(self.heading(case), draw.theme.heading_style())];
        // Shown above the candidates, because they may fill the screen.
        if let Some(message) = self.messages.get(&case.upc()) {
            lines.push(Line::styled(strip_terminal_controls(message).into_owned(), draw.theme.error_style()));
        }
        lines.extend(review_card::render_card(case, &self.current_input(), width, draw));
        lines
    }

    /// Returns why no item is shown: all are decided, or some are still in progress.
    fn empty_line(&self, draw: DrawContext<'_>) -> Line<'static> {
        let decided = match self.submitted.decided_count() {
            0 => String::new(),
            count => format!(" {count} decided."),
        };
        let progress = self.projection.as_ref().map(|projection| {
            let projection = projection.read();
            (projection.counts.total.saturating_sub(projection.counts.done), projection.counts.total, projection.state)
        });
        match progress {
            Some((left, total, state)) if state.is_active() && (left > 0 || total == 0) => {
                let text = match total {
                    0 => "the list is still being read".to_owned(),
                    _ => format!("{left} of {total} items {} still in progress", if left == 1 { "is" } else { "are" }),
                };
                let text = format!("Nothing to review yet: {text}. New questions appear here.{decided}");
                Line::styled(text, draw.theme.warning_style())
            }
            Some((left @ 1.., total, state)) => {
                let verb = if left == 1 { "is" } else { "are" };
                let text =
                    format!("Nothing to review now. The batch is {state}; {left} of {total} items {verb} unfinished.");
                Line::styled(format!("{text}{decided}"), draw.theme.warning_style())
            }
            _ => Line::styled(format!("Nothing to review.{decided}"), draw.theme.success_style()),
        }
    }
}

/// Draws a hint over the last line of a card that more lines follow.
fn draw_scroll_hint(frame: &mut Frame<'_>, card: Rect, draw: DrawContext<'_>) {
    let key = draw.keymap.effective_key(KeyContext::Review, KeyCommand::PageDown);
    let Some(key) = key.filter(|_| card.height > 1) else { return };
    let hint = Line::styled(format!(" {} shows more ", key.label(draw.theme)), draw.theme.cursor_style());
    let width = u16::try_from(hint.width()).unwrap_or(u16::MAX).min(card.width);
    frame.render_widget(hint, Rect { x: card.right() - width, y: card.bottom() - 1, width, height: 1 });
}

/// Returns the number of lines after wrapping to `width` cells.
fn wrapped_height<'a>(lines: impl IntoIterator<Item = &'a Line<'static>>, width: u16) -> u16 {
    let width = usize::from(width);
    let count = lines.into_iter().map(|line| widgets::wrap_text(&line.to_string(), width).len().max(1)).sum::<usize>();
    u16::try_from(count).unwrap_or(u16::MAX)
}
