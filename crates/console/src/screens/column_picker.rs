//! Dialog to choose and order the columns of a job's table. Each change is visible immediately in the table below.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use unicode_width::UnicodeWidthStr as _;

use super::widgets;
use crate::columns::{COLUMNS, ItemColumn, VisibleColumns};
use crate::command::KeyCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::preferences::Preferences;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::terminal_text::fit_to_width;

/// Dialog that chooses the columns of a table.
#[derive(Default)]
pub(crate) struct ColumnPicker {
    /// All columns, and whether each is shown. The visible ones come first, in their order.
    rows: Vec<(ItemColumn, bool)>,
    defaults: VisibleColumns,
    cursor: Cursor,
}

impl ColumnPicker {
    fn load_columns(&mut self, shown: &VisibleColumns) {
        let others = COLUMNS.iter().map(|spec| spec.column).filter(|column| !shown.as_slice().contains(column));
        let rows = shown.as_slice().iter().map(|column| (*column, true)).chain(others.map(|column| (column, false)));
        self.rows = rows.collect();
    }

    /// Returns the visible columns; `None` if no column is visible.
    fn selected_columns(&self) -> Option<VisibleColumns> {
        VisibleColumns::from_columns(self.rows.iter().filter(|(_, shown)| *shown).map(|(column, _)| *column).collect())
    }

    /// Shows or hides the column under the cursor. The last shown column cannot be hidden.
    fn toggle_selected(&mut self) {
        let index = self.cursor.selected();
        let Some((_, shown)) = self.rows.get_mut(index) else { return };
        *shown = !*shown;
        if self.selected_columns().is_none() {
            self.rows[index].1 = true;
        }
    }

    fn move_selected(&mut self, to: Option<usize>) {
        let from = self.cursor.selected();
        if let Some(to) = to.filter(|to| from.max(*to) < self.rows.len()) {
            self.rows.swap(from, to);
            self.cursor.select(to);
        }
    }

    /// Returns the effect that shows the selected columns while the picker is open.
    fn preview_effect(&self) -> Option<Effect> {
        self.selected_columns().map(|columns| Effect::SetColumns { columns, persist: false })
    }

    /// Returns the effect that shows the selected columns and saves them.
    fn save_effect(&self) -> Option<Effect> {
        self.selected_columns().map(|columns| Effect::SetColumns { columns, persist: true })
    }
}

impl Screen for ColumnPicker {
    fn key_context(&self) -> KeyContext {
        KeyContext::Columns
    }

    fn title(&self) -> String {
        "columns".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn apply_preferences(&mut self, preferences: &Preferences) {
        if self.rows.is_empty() {
            self.load_columns(&preferences.columns);
            self.defaults = preferences.default_columns.clone();
        }
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        let index = self.cursor.selected();
        match command {
            KeyCommand::ToggleSelected | KeyCommand::Open => self.toggle_selected(),
            KeyCommand::MoveLeft => self.move_selected(index.checked_sub(1)),
            KeyCommand::MoveRight => self.move_selected(index.checked_add(1)),
            KeyCommand::Reset => {
                let defaults = self.defaults.clone();
                self.load_columns(&defaults);
            }
            KeyCommand::Back | KeyCommand::Quit | KeyCommand::Columns => {
                return self.save_effect().map_or(Transition::Pop, |effect| Transition::PopThen(vec![effect]));
            }
            _ if self.cursor.handle_command(command, self.rows.len()) => return Transition::Stay,
            _ => return Transition::Ignored,
        }
        self.preview_effect().map_or(Transition::Stay, Transition::Do)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let height = u16::try_from(self.rows.len()).unwrap_or(u16::MAX).saturating_add(2);
        let row_text = |(column, shown): &(ItemColumn, bool)| {
            let description = column.spec().map_or("", |spec| spec.description);
            let checkbox = if *shown { "[x]" } else { "[ ]" };
            format!("{checkbox} {:<11} {description}", column.name())
        };
        let widest = self.rows.iter().map(|row| row_text(row).width()).max().unwrap_or_default();
        let width = u16::try_from(widest).unwrap_or(u16::MAX).saturating_add(2);
        let inside = widgets::draw_dialog(frame, area, "columns", (width, height), draw_context);
        let range = self.cursor.visible_range(self.rows.len(), usize::from(inside.height));
        let lines = range.map(|index| {
            let text = row_text(&self.rows[index]);
            let is_selected = index == self.cursor.selected();
            let style = if is_selected { draw_context.theme.cursor_style() } else { Style::new() };
            Line::styled(fit_to_width(&text, usize::from(inside.width)), style)
        });
        frame.render_widget(lines.collect::<ratatui::text::Text<'_>>(), inside);
    }
}
