//! The console as it is drawn: where one is, the screens, and the keys or the last word at the foot.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::Console;
use crate::command_parser::CompletionContext;
use crate::footer;
use crate::keymap::KeyContext;
use crate::screen::DrawContext;
use domain::terminal_text::fit_to_width;

/// Below this there is no room for anything that makes sense.
const MIN_TERMINAL_SIZE: (u16, u16) = (20, 5);

impl Console {
    /// Draws what there is: the lowest screen that can be seen, and those over it.
    pub fn draw(&mut self, frame: &mut Frame<'_>, now: jiff::Timestamp) {
        let area = frame.area();
        if area.is_empty() {
            return;
        }
        if area.width < MIN_TERMINAL_SIZE.0 || area.height < MIN_TERMINAL_SIZE.1 {
            frame.render_widget("larger, please", area);
            return;
        }
        let rows = [Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)];
        let [head, body, foot] = Layout::vertical(rows).areas(area);
        let seen = self.screens.iter().rposition(|screen| !screen.is_overlay()).unwrap_or_default();
        let is_told = self.screens.get(seen).is_some_and(|screen| screen.shows_upstreams(body.as_size()));
        self.draw_header(frame, head, is_told);
        let draw_context = DrawContext { theme: self.theme, keymap: &self.keymap, now, has_focus: true };
        let above = self.screens.len() - 1;
        for (index, screen) in self.screens.iter_mut().enumerate().skip(seen) {
            // A link reaches over the cells of its text, and must not reach over what is drawn above it.
            let theme = draw_context.theme.with_hyperlinks(draw_context.theme.hyperlinks && index == above);
            let has_focus = index == above && !self.command_line.is_open();
            screen.draw(frame, body, DrawContext { theme, has_focus, ..draw_context });
        }
        let place = self.screens.last().map_or(KeyContext::Global, |screen| screen.key_context());
        let sorts = self.screens.last().map_or_else(Vec::new, |screen| screen.sort_columns());
        let typing = self.screens.last().and_then(|screen| screen.input_hint());
        let names =
            CompletionContext { keymap: &self.keymap, key_context: place, sort_columns: sorts, jobs: &self.known_jobs };
        let foot_line = || match typing {
            Some(message) => Line::styled(message, self.theme.muted_style()),
            None => footer::key_hints_line(&self.keymap, place, self.theme, foot.width),
        };
        match &self.status_message {
            _ if self.command_line.is_open() => self.command_line.draw(frame, foot, &names, draw_context),
            Some(message) => frame.render_widget(Line::styled(message.as_str(), self.theme.warning_style()), foot),
            None => frame.render_widget(foot_line(), foot),
        }
    }

    /// `is_told` is true where the screen below tells of the upstreams.
    fn draw_header(&self, frame: &mut Frame<'_>, area: Rect, is_told: bool) {
        let titles = self.screens.iter().map(|screen| screen.title()).collect::<Vec<_>>();
        let trail = titles.join(self.theme.glyph(" › ", " > "));
        let gauges = if is_told { &[] } else { self.upstreams.as_slice() };
        let right = footer::upstream_summary(gauges, &self.backend_name, usize::from(area.width) / 2);
        let room = usize::from(area.width).saturating_sub(right.chars().count() + 1);
        let line = Line::from(vec![
            Span::styled(fit_to_width(&trail, room), self.theme.heading_style()),
            Span::raw(" "),
            Span::styled(right, self.theme.muted_style()),
        ]);
        frame.render_widget(line, area);
    }
}
