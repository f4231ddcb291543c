//! The console as it is drawn: where one is, the screens, and the keys or the last word at the foot.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::Console;
use crate::foot;
use crate::keymap::Place;
use crate::pane::Look;
use crate::say::Names;
use domain::screen::fit;

/// Below this there is no room for anything that makes sense.
const SMALLEST: (u16, u16) = (20, 5);

impl Console {
    /// Draws what there is: the lowest screen that can be seen, and those over it.
    pub fn draw(&mut self, frame: &mut Frame<'_>, now: jiff::Timestamp) {
        let area = frame.area();
        if area.is_empty() {
            return;
        }
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            frame.render_widget("larger, please", area);
            return;
        }
        let rows = [Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)];
        let [head, body, foot] = Layout::vertical(rows).areas(area);
        let seen = self.screens.iter().rposition(|screen| !screen.is_overlay()).unwrap_or_default();
        let is_told = self.screens.get(seen).is_some_and(|screen| screen.shows_upstreams(body.as_size()));
        self.draw_head(frame, head, is_told);
        let look = Look { theme: self.theme, keymap: &self.keymap, now };
        let above = self.screens.len() - 1;
        for (place, screen) in self.screens.iter_mut().enumerate().skip(seen) {
            // A link reaches over the cells of its text, and must not reach over what is drawn above it.
            let theme = look.theme.with_links(look.theme.links && place == above);
            screen.draw(frame, body, Look { theme, ..look });
        }
        let place = self.screens.last().map_or(Place::Everywhere, |screen| screen.place());
        let sorts = self.screens.last().map_or_else(Vec::new, |screen| screen.sorts());
        let typing = self.screens.last().and_then(|screen| screen.typing());
        let names = Names { keymap: &self.keymap, place, sorts, jobs: &self.jobs };
        let foot_line = || match typing {
            Some(words) => Line::styled(words, self.theme.faint()),
            None => foot::keys(&self.keymap, place, self.theme, foot.width),
        };
        match &self.last_word {
            _ if self.speech.is_open() => frame.render_widget(self.speech.drawn(&names, self.theme), foot),
            Some(words) => frame.render_widget(Line::styled(words.as_str(), self.theme.doubtful()), foot),
            None => frame.render_widget(foot_line(), foot),
        }
    }

    /// `is_told` is true where the screen below tells of the upstreams.
    fn draw_head(&self, frame: &mut Frame<'_>, area: Rect, is_told: bool) {
        let titles = self.screens.iter().map(|screen| screen.title()).collect::<Vec<_>>();
        let trail = titles.join(self.theme.pick(" › ", " > "));
        let gauges = if is_told { &[] } else { self.gauges.as_slice() };
        let right = foot::gauges(gauges, &self.runner, usize::from(area.width) / 2);
        let room = usize::from(area.width).saturating_sub(right.chars().count() + 1);
        let line = Line::from(vec![
            Span::styled(fit(&trail, room), self.theme.heading()),
            Span::raw(" "),
            Span::styled(right, self.theme.faint()),
        ]);
        frame.render_widget(line, area);
    }
}
