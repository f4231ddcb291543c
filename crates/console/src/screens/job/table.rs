//! Draws a job: the counts, the table with its headings, and the line below the table.

use std::collections::HashSet;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::super::widgets;
use super::JobScreen;
use super::header::JobHeader;
use crate::column_layout::{ColumnLayout, RowCells};
use crate::columns::{CellContext, ItemColumn};
use crate::item_activity::{ItemActivity, status_label};
use crate::row_filter;
use crate::screen::DrawContext;
use domain::item::Item;
use domain::job_projection::JobProjection;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;
use domain::upc::Upc;

impl JobScreen {
    /// Draws the job, with the item under the cursor next to the table if both fit.
    pub(super) fn draw_job(&mut self, frame: &mut Frame<'_>, area: Rect, draw: DrawContext<'_>) {
        let Some(projection) = self.shown_projection().cloned() else {
            let area = if self.replay.is_none() { self.detail_pane.draw(frame, area, draw) } else { area };
            let message = self.error.as_deref().map_or_else(|| "loading the batch …".into(), strip_terminal_controls);
            frame.render_widget(Paragraph::new(message.into_owned()).wrap(Wrap { trim: true }), area);
            return;
        };
        let projection = projection.read();
        self.keep_item_selected(&projection, |view| view.refresh_if_stale(&projection));
        let is_live = self.replay.is_none();
        let header_lines = if is_live { JobHeader::line_count(area.height) } else { 0 };
        let [one, header_lines] = [1, header_lines].map(Constraint::Length);
        let [counts, progress, below] = Layout::vertical([one, header_lines, Constraint::Min(1)]).areas(area);
        // The pane shows an item as it is now, which would contradict its row in the history.
        let area = if is_live { self.detail_pane.draw(frame, below, draw) } else { below };
        let [table, footer] = Layout::vertical([Constraint::Min(1), one]).areas(area);
        self.header.draw(frame, (counts, progress), &projection, is_live, draw);
        let rows = self.view.row_count(&projection);
        let range = self.cursor.visible_range(rows, usize::from(table.height.saturating_sub(1)));
        let photos = self.view.criteria.photos.clone();
        let asked_upcs = self.header.asked_upcs(&projection, is_live);
        let context = CellContext { theme: draw.theme, photos: &photos, asked_upcs: &asked_upcs };
        let columns = &self.preferences.columns;
        let items = range.filter_map(|row| Some((row, self.view.item_at(&projection, row)?)));
        let items = items.map(|(row, item)| (row, item, RowCells::format(item, context, columns))).collect::<Vec<_>>();
        for (.., cells) in &items {
            self.content_widths.measure(cells);
        }
        let columns = self.preferences.columns.layout_for_width(area.width, &self.content_widths);
        self.table_area = table;
        self.draw_header(frame, table, &columns, draw);
        for (line, (row, item, cells)) in (1..table.height).zip(&items) {
            let row_area = Rect { y: table.y + line, height: 1, ..table };
            let activity = ItemActivity::for_item(item, &asked_upcs);
            self.draw_row(frame, row_area, (*row, item, activity, cells), &columns, draw);
        }
        widgets::set_row_cursor(frame, table, 1, &self.cursor, (rows, draw));
        let hidden = self.preferences.columns.count_hidden(&columns, &self.content_widths);
        self.draw_footer(frame, footer, (&projection, &asked_upcs), (rows, hidden), draw);
    }

    /// Draws the headings of the columns, with an arrow on the column that determines the order.
    fn draw_header(&self, frame: &mut Frame<'_>, area: Rect, columns: &[ColumnLayout], draw: DrawContext<'_>) {
        for column in columns {
            let spec = column.spec;
            let arrow = match (spec.column == self.view.criteria.sort_column, self.view.criteria.descending) {
                (false, _) => "",
                (true, false) => draw.theme.glyph("▲", "^"),
                (true, true) => draw.theme.glyph("▼", "v"),
            };
            // If the heading fills its column, the arrow takes the gap after it, or the gap before it in the last
            // column.
            let is_full = !arrow.is_empty() && spec.heading.len() == usize::from(column.width);
            let has_gap = column.x + column.width < area.width;
            let x = column.x - u16::from(is_full && !has_gap && column.x > 0);
            let room = usize::from(column.width) + usize::from(is_full && (has_gap || x < column.x));
            let heading =
                fit_to_width(spec.heading, spec.heading.len().min(room.saturating_sub(arrow.chars().count())));
            let text = format!("{heading}{arrow}");
            let text = if spec.is_numeric { format!("{text:>room$}") } else { text };
            frame.buffer_mut().set_stringn(area.x + x, area.y, text, room, draw.theme.heading_style());
        }
    }

    /// Draws one item. Each cell has a fixed position, so that wide text in one cell cannot move the next one.
    fn draw_row(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        (row, item, activity, cells): (usize, &Item, ItemActivity, &RowCells),
        columns: &[ColumnLayout],
        draw: DrawContext<'_>,
    ) {
        let buffer = frame.buffer_mut();
        if self.selection.contains(item.upc) {
            buffer.set_stringn(area.x, area.y, "*", 1, draw.theme.heading_style());
        }
        for column in columns {
            let room = usize::from(column.width);
            let text = cells.text(column);
            let text = if column.spec.is_numeric { format!("{text:>room$}") } else { text.to_owned() };
            let is_state = column.spec.column == ItemColumn::State;
            let style = if is_state { activity.style(draw.theme) } else { Style::new() };
            buffer.set_stringn(area.x + column.x, area.y, fit_to_width(&text, room), room, style);
        }
        if row == self.cursor.selected() {
            buffer.set_style(area, draw.theme.cursor_style());
        }
    }

    /// Draws the line below the table: the filter while the operator types it, the position in a replay, or a
    /// description of the rows with the error or the activity of the item under the cursor.
    fn draw_footer(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        (projection, asked_upcs): (&JobProjection, &HashSet<Upc>),
        (rows, hidden_columns): (usize, usize),
        draw: DrawContext<'_>,
    ) {
        if self.filter.is_typing() {
            let problem = self.filter_problem(rows).map(|problem| format!("  {problem}")).unwrap_or_default();
            let suffix = format!(" {rows} of {}{problem}", projection.counts.total);
            return self.filter.draw_input(frame, area, &suffix, draw.theme.key_style(), draw);
        }
        if let Some(replay) = &self.replay {
            return frame.render_widget(widgets::fit_line(replay.render_line(draw), area.width), area);
        }
        let warning = draw.theme.warning_style();
        let state = |item: &Item| match (&item.error, ItemActivity::for_item(item, asked_upcs)) {
            (Some(error), _) => (error.to_string(), warning),
            (None, activity) => (activity.label().to_owned(), activity.style(draw.theme)),
        };
        let selected = self.view.item_at(projection, self.cursor.selected());
        let state = selected.map(state).or_else(|| Some((self.filter_problem(rows)?, warning)));
        let row = if rows == 0 { 0 } else { self.cursor.selected() + 1 };
        let description = format!("{row}/{rows} {}  ", self.describe_rows(hidden_columns));
        let description = Span::styled(description, draw.theme.muted_style());
        let room = usize::from(area.width).saturating_sub(description.width());
        let state = state.map(|(text, style)| Span::styled(fit_to_width(&strip_terminal_controls(&text), room), style));
        let line = std::iter::once(description).chain(state).collect::<Line<'_>>();
        frame.render_widget(widgets::fit_line(line, area.width), area);
    }

    /// Describes the problem of a filter that hides all rows.
    fn filter_problem(&self, rows: usize) -> Option<String> {
        Some(&self.view.criteria.filter).filter(|_| rows == 0).and_then(|filter| row_filter::describe_problem(filter))
    }

    /// Describes the rows: `contains "miles", failed, by price, descending, 2 marked`.
    fn describe_rows(&self, hidden_columns: usize) -> String {
        let criteria = &self.view.criteria;
        let mut parts = Vec::new();
        parts.extend(
            (!criteria.filter.is_empty()).then(|| format!("contains {:?}", strip_terminal_controls(&criteria.filter))),
        );
        parts.extend(criteria.status.map(|status| status_label(status).to_owned()));
        parts.extend(self.view.is_pending().then(|| "choosing …".to_owned()));
        let direction = if criteria.descending { ", descending" } else { "" };
        parts.push(format!("by {}{direction}", criteria.sort_column.name()));
        parts.extend((!self.selection.is_empty()).then(|| format!("{} marked", self.selection.len())));
        parts.extend(self.is_following.then(|| "following".to_owned()));
        let hidden = || format!("{} hidden", format_count(hidden_columns, "column", "columns"));
        parts.extend((hidden_columns > 0).then(hidden));
        parts.join(", ")
    }
}
