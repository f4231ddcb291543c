//! The table as it is drawn: the head, a row, and the line below it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::JobScreen;
use crate::columns::{ColumnLayout, ItemColumn};
use crate::screen::DrawContext;
use domain::item::Item;
use domain::job_projection::JobProjection;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

impl JobScreen {
    /// The names of the columns; the one that is sorted by has an arrow.
    pub(super) fn draw_header(&self, frame: &mut Frame<'_>, area: Rect, laid: &[ColumnLayout], draw: DrawContext<'_>) {
        for column in laid {
            let about = column.spec;
            let arrow = match (about.column == self.view.criteria.sort_column, self.view.criteria.descending) {
                (false, _) => "",
                (true, false) => draw.theme.glyph("▲", "^"),
                (true, true) => draw.theme.glyph("▼", "v"),
            };
            let room = usize::from(column.width);
            let heading =
                fit_to_width(about.heading, about.heading.len().min(room.saturating_sub(arrow.chars().count())));
            let text = format!("{heading}{arrow}");
            let text = if about.is_numeric { format!("{text:>room$}") } else { text };
            frame.buffer_mut().set_stringn(area.x + column.x, area.y, text, room, draw.theme.muted_style());
        }
    }

    /// Each cell begins where its column does, whatever the one before it holds.
    pub(super) fn draw_row(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        (row, item): (usize, &Item),
        laid: &[ColumnLayout],
        draw: DrawContext<'_>,
    ) {
        let buffer = frame.buffer_mut();
        if self.selection.contains(item.upc) {
            buffer.set_stringn(area.x, area.y, "*", 1, draw.theme.heading_style());
        }
        for column in laid {
            let room = usize::from(column.width);
            let text = (column.spec.format_cell)(item, draw.theme);
            let text = if column.spec.is_numeric { format!("{text:>room$}") } else { text };
            let style = match (column.spec.column, item.status) {
                (ItemColumn::State, Some(status)) => draw.theme.status_style(status),
                _ => Style::new(),
            };
            buffer.set_stringn(
                area.x + column.x,
                area.y,
                fit_to_width(&strip_terminal_controls(&text), room),
                room,
                style,
            );
        }
        if row == self.cursor.selected() {
            buffer.set_style(area, draw.theme.cursor_style());
        }
    }

    /// What the cursor's item has to say, or how the rows were chosen.
    pub(super) fn render_footer(
        &self,
        projection: &JobProjection,
        rows: usize,
        hidden: usize,
        draw: DrawContext<'_>,
    ) -> Line<'static> {
        if let Some(past) = self.replay.as_ref().filter(|_| !self.filter.is_typing()) {
            return past.render_line(draw);
        }
        if self.filter.is_typing() {
            return Line::styled(
                format!("/{}▏ {rows} of {}", strip_terminal_controls(self.filter.text()), projection.counts.total),
                draw.theme.key_style(),
            );
        }
        let mut chosen = Vec::new();
        chosen.extend(
            (!self.view.criteria.filter.is_empty())
                .then(|| format!("holds {:?}", strip_terminal_controls(&self.view.criteria.filter))),
        );
        chosen.extend(self.view.criteria.status.map(|status| status.to_string()));
        let sorted = if self.view.criteria.descending { " backwards" } else { "" };
        chosen.extend(self.view.is_pending().then(|| "choosing …".to_owned()));
        chosen.push(format!("by {}{sorted}", self.view.criteria.sort_column.name()));
        chosen.extend((!self.selection.is_empty()).then(|| format!("{} marked", self.selection.len())));
        chosen.extend(self.is_following.then(|| "following".to_owned()));
        chosen.extend((hidden > 0).then(|| format!("{hidden} columns hidden")));
        let error = self.view.item_at(projection, self.cursor.selected()).and_then(|item| item.error.as_deref());
        let row = if rows == 0 { 0 } else { self.cursor.selected() + 1 };
        let mut spans = vec![Span::styled(format!("{row}/{rows} {}  ", chosen.join(", ")), draw.theme.muted_style())];
        spans.extend(
            error.map(|error| Span::styled(strip_terminal_controls(error).into_owned(), draw.theme.warning_style())),
        );
        Line::from(spans)
    }
}
