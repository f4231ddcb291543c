//! Which columns a table shows and in which order: chosen over the table itself, which changes at once.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::widgets;
use crate::columns::{COLUMNS, ItemColumn, VisibleColumns as Chosen};
use crate::command::KeyCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::preferences::Preferences;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::terminal_text::fit_to_width;

/// The choice.
#[derive(Default)]
pub struct ColumnPicker {
    /// The shown ones in their order, then the others.
    rows: Vec<(ItemColumn, bool)>,
    defaults: Chosen,
    cursor: Cursor,
}

impl ColumnPicker {
    fn load_columns(&mut self, shown: &Chosen) {
        let others = COLUMNS.iter().map(|about| about.column).filter(|column| !shown.as_slice().contains(column));
        let rows = shown.as_slice().iter().map(|column| (*column, true)).chain(others.map(|column| (column, false)));
        self.rows = rows.collect();
    }

    /// The last one that is shown stays: a table of nothing tells nothing.
    fn selected_columns(&self) -> Option<Chosen> {
        Chosen::from_columns(self.rows.iter().filter(|(_, shown)| *shown).map(|(column, _)| *column).collect())
    }

    fn toggle_selected(&mut self) {
        let at = self.cursor.selected();
        if let Some((_, shown)) = self.rows.get_mut(at) {
            *shown = !*shown;
        }
        if self.selected_columns().is_none() {
            self.rows[at].1 = true;
        }
    }

    fn move_selected(&mut self, to: Option<usize>) {
        let at = self.cursor.selected();
        if let Some(to) = to.filter(|to| at.max(*to) < self.rows.len()) {
            self.rows.swap(at, to);
            self.cursor.select(to);
        }
    }

    fn apply_effect(&self, keep: bool) -> Option<Effect> {
        self.selected_columns().map(|columns| Effect::SetColumns { columns, persist: keep })
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
        let at = self.cursor.selected();
        match command {
            KeyCommand::ToggleSelected | KeyCommand::Open => self.toggle_selected(),
            KeyCommand::MoveLeft => self.move_selected(at.checked_sub(1)),
            KeyCommand::MoveRight => self.move_selected(at.checked_add(1)),
            KeyCommand::Reset => {
                let standard = self.defaults.clone();
                self.load_columns(&standard);
            }
            KeyCommand::Back | KeyCommand::Quit | KeyCommand::Columns => {
                return self.apply_effect(true).map_or(Transition::Pop, Transition::PopThen);
            }
            _ if self.cursor.handle_command(command, self.rows.len()) => return Transition::Stay,
            _ => return Transition::Ignored,
        }
        self.apply_effect(false).map_or(Transition::Stay, Transition::Do)
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let height = u16::try_from(self.rows.len()).unwrap_or(u16::MAX).saturating_add(2);
        let inside = widgets::draw_dialog(frame, area, "columns", (64, height), draw_context);
        let window = self.cursor.visible_range(self.rows.len(), usize::from(inside.height));
        let lines = window.map(|at| {
            let (column, shown) = self.rows[at];
            let about = column.spec();
            let message = about.map_or("", |about| about.description);
            let sign = if shown { "[x]" } else { "[ ]" };
            let text = fit_to_width(&format!("{sign} {:<11} {message}", column.name()), usize::from(inside.width));
            Line::styled(
                text,
                if at == self.cursor.selected() { draw_context.theme.cursor_style() } else { Style::new() },
            )
        });
        frame.render_widget(lines.collect::<ratatui::text::Text<'_>>(), inside);
    }
}
