//! Drawing: the header, the screens, and at the foot the command line, the newest message or the keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use super::Console;
use crate::keymap::{KeyContext, Keymap};
use crate::screen::DrawContext;
use crate::theme::Theme;
use crate::upstream_bar;
use domain::terminal_text::fit_to_width;

/// Minimum columns and rows; a smaller terminal shows only a notice.
const MIN_TERMINAL_SIZE: (u16, u16) = (20, 5);

impl Console {
    /// Draws the topmost screen that covers the whole terminal, and the overlays above it.
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
        let lowest = self.screens.iter().rposition(|screen| !screen.is_overlay()).unwrap_or_default();
        let shows_upstreams = self.screens.get(lowest).is_some_and(|screen| screen.shows_upstreams(body.as_size()));
        self.draw_header(frame, head, shows_upstreams);
        let draw_context = DrawContext { theme: self.theme, keymap: &self.keymap, now, has_focus: true };
        let topmost = self.screens.len() - 1;
        for (index, screen) in self.screens.iter_mut().enumerate().skip(lowest) {
            // A link reaches over the cells of its text, and must not reach over what is drawn above it.
            let theme = draw_context.theme.with_hyperlinks(draw_context.theme.hyperlinks && index == topmost);
            let has_focus = index == topmost && !self.command_line.is_open();
            screen.draw(frame, body, DrawContext { theme, has_focus, ..draw_context });
        }
        self.draw_footer(frame, foot, now);
    }

    fn draw_footer(&mut self, frame: &mut Frame<'_>, area: Rect, now: jiff::Timestamp) {
        let theme = self.theme;
        if self.command_line.is_open() {
            let (command_line, context) = self.command_line_context();
            let draw_context = DrawContext { theme, keymap: context.keymap, now, has_focus: true };
            return command_line.draw(frame, area, &context, draw_context);
        }
        let top = self.screens.last();
        let line = match (&self.status_message, top.and_then(|screen| screen.input_hint())) {
            (Some(message), _) => Line::styled(message.as_str(), theme.warning_style()),
            (None, Some(hint)) => Line::styled(hint, theme.muted_style()),
            (None, None) => {
                let key_context = top.map_or(KeyContext::Global, |screen| screen.key_context());
                key_hints_line(&self.keymap, key_context, theme, area.width)
            }
        };
        frame.render_widget(line, area);
    }

    /// Draws the titles of the screens, and what runs the batches. Upstreams stand there unless a screen shows them
    /// itself.
    fn draw_header(&self, frame: &mut Frame<'_>, area: Rect, screen_shows_upstreams: bool) {
        let titles = self.screens.iter().map(|screen| screen.title()).collect::<Vec<_>>();
        let trail = titles.join(self.theme.glyph(" › ", " > "));
        let gauges = if screen_shows_upstreams { &[] } else { self.upstreams.as_slice() };
        let right = upstream_bar::upstream_summary(gauges, &self.backend_name, usize::from(area.width) / 2);
        let room = usize::from(area.width).saturating_sub(right.chars().count() + 1);
        let line = Line::from(vec![
            Span::styled(fit_to_width(&trail, room), self.theme.heading_style()),
            Span::raw(" "),
            Span::styled(right, self.theme.muted_style()),
        ]);
        frame.render_widget(line, area);
    }
}

/// Returns the keys of a context that have a label, as many as fit, in the order of the table of commands.
fn key_hints_line(keymap: &Keymap, context: KeyContext, theme: Theme, width: u16) -> Line<'static> {
    let (mut spans, mut used_cells) = (Vec::new(), 0);
    for (command, keys) in keymap.commands_in(context) {
        let label = command.spec().label;
        let Some(key) = keys.first().filter(|_| !label.is_empty()) else { continue };
        let key = key.to_string();
        let cells = key.width() + label.width() + 3;
        if used_cells + cells > usize::from(width) {
            continue;
        }
        used_cells += cells;
        spans.push(Span::styled(key, theme.key_style()));
        spans.push(Span::raw(format!(" {label}  ")));
    }
    Line::from(spans)
}
