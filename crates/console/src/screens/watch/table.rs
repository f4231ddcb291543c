//! The table as it is drawn: the head, a row, and the line below it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Watch;
use crate::columns::Laid;
use crate::pane::Look;
use crate::view::Column;
use domain::board::Board;
use domain::item::Item;
use domain::screen::{clean, fit};

impl Watch {
    /// The names of the columns; the one that is sorted by has an arrow.
    pub(super) fn draw_head(&self, frame: &mut Frame<'_>, area: Rect, laid: &[Laid], look: Look<'_>) {
        for column in laid {
            let about = column.about;
            let arrow = match (about.column == self.view.choice.by, self.view.choice.reverse) {
                (false, _) => "",
                (true, false) => look.theme.pick("▲", "^"),
                (true, true) => look.theme.pick("▼", "v"),
            };
            let room = usize::from(column.width);
            let heading = fit(about.heading, about.heading.len().min(room.saturating_sub(arrow.chars().count())));
            let text = format!("{heading}{arrow}");
            let text = if about.is_number { format!("{text:>room$}") } else { text };
            frame.buffer_mut().set_stringn(area.x + column.x, area.y, text, room, look.theme.faint());
        }
    }

    /// Each cell begins where its column does, whatever the one before it holds.
    pub(super) fn draw_row(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        (row, item): (usize, &Item),
        laid: &[Laid],
        look: Look<'_>,
    ) {
        let buffer = frame.buffer_mut();
        if self.marked.has(item.upc) {
            buffer.set_stringn(area.x, area.y, "*", 1, look.theme.heading());
        }
        for column in laid {
            let room = usize::from(column.width);
            let text = (column.about.cell)(item, look.theme);
            let text = if column.about.is_number { format!("{text:>room$}") } else { text };
            let style = match (column.about.column, item.status) {
                (Column::State, Some(status)) => look.theme.of(status),
                _ => Style::new(),
            };
            buffer.set_stringn(area.x + column.x, area.y, fit(&clean(&text), room), room, style);
        }
        if row == self.cursor.at() {
            buffer.set_style(area, look.theme.cursor());
        }
    }

    /// What the cursor's item has to say, or how the rows were chosen.
    pub(super) fn note(&self, board: &Board, rows: usize, hidden: usize, look: Look<'_>) -> Line<'static> {
        if let Some(past) = self.past.as_ref().filter(|_| !self.filter.is_typing()) {
            return past.line(look);
        }
        if self.filter.is_typing() {
            return Line::styled(
                format!("/{}▏ {rows} of {}", clean(self.filter.text()), board.counts.total),
                look.theme.key(),
            );
        }
        let mut chosen = Vec::new();
        chosen.extend(
            (!self.view.choice.filter.is_empty()).then(|| format!("holds {:?}", clean(&self.view.choice.filter))),
        );
        chosen.extend(self.view.choice.status.map(|status| status.to_string()));
        let sorted = if self.view.choice.reverse { " backwards" } else { "" };
        chosen.extend(self.view.is_under_way().then(|| "choosing …".to_owned()));
        chosen.push(format!("by {}{sorted}", self.view.choice.by.name()));
        chosen.extend((!self.marked.is_empty()).then(|| format!("{} marked", self.marked.len())));
        chosen.extend(self.follows.then(|| "following".to_owned()));
        chosen.extend((hidden > 0).then(|| format!("{hidden} columns hidden")));
        let error = self.view.item(board, self.cursor.at()).and_then(|item| item.error.as_deref());
        let row = if rows == 0 { 0 } else { self.cursor.at() + 1 };
        let mut spans = vec![Span::styled(format!("{row}/{rows} {}  ", chosen.join(", ")), look.theme.faint())];
        spans.extend(error.map(|error| Span::styled(clean(error).into_owned(), look.theme.doubtful())));
        Line::from(spans)
    }
}
