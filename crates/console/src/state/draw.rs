//! Draws the console: the header, the screens, the newest message, and at the foot the command line or the key hints.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span, Text};

use super::Console;
use crate::ascii_symbols;
use crate::command::KeyCommand;
use crate::key_hints;
use crate::keymap::KeyContext;
use crate::screen::DrawContext;
use crate::screens::widgets::wrap_text;
use crate::upstream_bar;
use domain::terminal_text::fit_to_width;
use unicode_width::UnicodeWidthStr as _;

/// Minimum columns and rows. A smaller terminal shows only a notice.
const MIN_TERMINAL_SIZE: (u16, u16) = (20, 5);

/// Minimum rows of the terminal for a message above the key hints. With fewer rows it takes their place.
const MESSAGE_LINE_MIN_HEIGHT: u16 = 8;

/// Minimum rows of the terminal for a message of two lines.
const TWO_MESSAGE_LINES_MIN_HEIGHT: u16 = 12;

impl Console {
    /// Draws the topmost screen that covers the whole terminal, and the overlays above it.
    pub fn draw(&mut self, frame: &mut Frame<'_>, now: jiff::Timestamp) {
        self.draw_screens(frame, now);
        if !self.theme.unicode {
            ascii_symbols::replace_symbols(frame.buffer_mut());
        }
    }

    fn draw_screens(&mut self, frame: &mut Frame<'_>, now: jiff::Timestamp) {
        let area = frame.area();
        if area.is_empty() {
            return;
        }
        if area.width < MIN_TERMINAL_SIZE.0 || area.height < MIN_TERMINAL_SIZE.1 {
            frame.render_widget("Terminal too small", area);
            return;
        }
        let message = self.message_lines(area);
        let message_height = u16::try_from(message.len()).unwrap_or_default();
        let heights =
            [Constraint::Length(1), Constraint::Min(1), Constraint::Length(message_height), Constraint::Length(1)];
        let [head, body, message_area, foot] = Layout::vertical(heights).areas(area);
        let lowest = self.screens.iter().rposition(|screen| !screen.is_overlay()).unwrap_or_default();
        let shows_upstreams = self.screens.get(lowest).is_some_and(|screen| screen.shows_upstreams(body.as_size()));
        self.draw_header(frame, head, shows_upstreams);
        let draw_context = DrawContext { theme: self.theme, keymap: &self.keymap, now, has_focus: true };
        let topmost = self.screens.len() - 1;
        for (index, screen) in self.screens.iter_mut().enumerate().skip(lowest) {
            // A hyperlink's cell spans all of its text, so it must not be drawn below an overlay.
            let theme = draw_context.theme.with_hyperlinks(draw_context.theme.hyperlinks && index == topmost);
            let has_focus = index == topmost && !self.command_line.is_open();
            if index == lowest + 1 {
                // A dialog stands out from what stays visible beside it.
                frame.buffer_mut().set_style(body, theme.muted_style());
            }
            screen.draw(frame, body, DrawContext { theme, has_focus, ..draw_context });
        }
        if self.command_line.is_open() {
            let theme = self.theme;
            let (command_line, context) = self.command_line_context();
            let draw_context = DrawContext { theme, keymap: context.keymap, now, has_focus: true };
            command_line.draw_palette(frame, body, &context, draw_context);
        }
        frame.render_widget(Text::from_iter(message).style(self.theme.warning_style()), message_area);
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
        let message = self.status_message.as_ref().filter(|_| frame.area().height < MESSAGE_LINE_MIN_HEIGHT);
        let line = match (message, top.and_then(|screen| screen.input_hint())) {
            (Some(message), _) => Line::styled(self.fit_message(message, area.width), theme.warning_style()),
            (None, Some(hint)) => Line::styled(fit_to_width(hint, usize::from(area.width)), theme.muted_style()),
            (None, None) => {
                let key_context = top.map_or(KeyContext::Global, |screen| screen.key_context());
                let hints = top.map_or(&[][..], |screen| screen.key_hints());
                let help_label = top.and_then(|screen| screen.help_label());
                key_hints::key_hints_line(&self.keymap, key_context, (hints, help_label), theme, area.width)
            }
        };
        frame.render_widget(line, area);
    }

    /// Describes a lost connection: `✗ reconnecting since 14:03:11 UTC`.
    fn describe_outage(&self, since: jiff::Timestamp) -> String {
        format!("{} reconnecting since {} UTC", self.theme.glyph("✗", "x"), since.strftime("%H:%M:%S"))
    }

    /// Returns the lines of the newest message above the key hints, so that a message never hides the keys. The last
    /// line is truncated if the message is longer.
    fn message_lines(&self, area: Rect) -> Vec<String> {
        let Some(message) = self.status_message.as_ref().filter(|_| area.height >= MESSAGE_LINE_MIN_HEIGHT) else {
            return Vec::new();
        };
        let max_lines = 1 + usize::from(area.height >= TWO_MESSAGE_LINES_MIN_HEIGHT);
        let lines = wrap_text(message, usize::from(area.width));
        if lines.len() <= max_lines {
            return lines;
        }
        let mut shown = lines[..max_lines - 1].to_vec();
        let rest = lines[max_lines - 1..].join(" ");
        shown.push(self.fit_message(&rest, area.width));
        shown
    }

    /// Truncates a message to one line. If it does not fit, the key of the message log follows.
    fn fit_message(&self, message: &str, width: u16) -> String {
        let width = usize::from(width);
        if message.width() <= width {
            return message.to_owned();
        }
        let context = self.screens.last().map_or(KeyContext::Global, |screen| screen.key_context());
        let key = self.keymap.effective_key(context, KeyCommand::MessageLog);
        let suffix = key.map(|key| format!("  {} log", key.label(self.theme))).unwrap_or_default();
        format!("{}{suffix}", fit_to_width(message, width.saturating_sub(suffix.width())))
    }

    /// Draws the titles of the screens and the name of the backend. The upstream services are between them, unless a
    /// screen shows them.
    fn draw_header(&self, frame: &mut Frame<'_>, area: Rect, screen_shows_upstreams: bool) {
        let titles = self.screens.iter().map(|screen| screen.title()).collect::<Vec<_>>();
        let gauges = if screen_shows_upstreams { &[] } else { self.upstreams.as_slice() };
        let (right, right_style) = match self.connection_lost_since {
            Some(since) => (self.describe_outage(since), self.theme.error_style()),
            None => (
                upstream_bar::upstream_summary(gauges, &self.backend_name, usize::from(area.width) / 2),
                self.theme.muted_style(),
            ),
        };
        let room = usize::from(area.width).saturating_sub(right.width() + 1);
        let trail = fit_trail(&titles, self.theme.glyph(" › ", " > "), self.theme.glyph("… › ", "... > "), room);
        let line = Line::from(vec![
            Span::styled(fit_to_width(&trail, room), self.theme.heading_style()),
            Span::raw(" "),
            Span::styled(right, right_style),
        ]);
        frame.render_widget(line, area);
    }
}

/// Joins the titles of the screens in at most `room` cells. The last ones are kept, because they say where the operator
/// is. A location inside the previous one is shown without the common start.
fn fit_trail(titles: &[String], separator: &str, omitted: &str, room: usize) -> String {
    let mut short: Vec<&str> = Vec::new();
    for (index, title) in titles.iter().enumerate() {
        let before = index.checked_sub(1).map_or("", |before| titles[before].as_str());
        let inside = title.strip_prefix(before).filter(|rest| before.ends_with('/') && !rest.is_empty());
        short.push(inside.unwrap_or(title));
    }
    let mut trail = short.join(separator);
    let mut first = 0;
    while trail.width() > room && first + 1 < short.len() {
        first += 1;
        trail = format!("{omitted}{}", short[first..].join(separator));
    }
    trail
}
