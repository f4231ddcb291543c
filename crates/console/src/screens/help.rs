//! The keys that count where one was when one asked, and what can be said after `:`.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::widgets;
use crate::command::KeyCommand;
use crate::command_parser::SYNTAX;
use crate::cursor::ScrollState;
use crate::keymap::{KeyContext, Keymap};
use crate::screen::{DrawContext, Screen, Transition};
use domain::terminal_text::fit_to_width;

/// The help of a place.
pub struct HelpScreen {
    key_context: KeyContext,
    scroll: ScrollState,
    row_count: usize,
}

/// Cells of the column with the keys, on a narrow screen and else.
const KEY_COLUMN_WIDTHS: (usize, usize) = (11, 18);

impl HelpScreen {
    /// For the screen at `place`.
    pub fn for_context(place: KeyContext) -> Self {
        Self { key_context: place, scroll: ScrollState::default(), row_count: 0 }
    }

    /// What is pressed or said, and what it does.
    fn help_rows(&self, keymap: &Keymap) -> Vec<(String, &'static str)> {
        let keys = keymap.commands_in(self.key_context).into_iter().map(|(command, keys)| {
            let keys = keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            (keys, command.spec().description)
        });
        let text = SYNTAX.iter().map(|word| (format!(":{}", word.usage), word.description));
        keys.chain(text).collect()
    }
}

impl Screen for HelpScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Pager
    }

    fn title(&self) -> String {
        "keys".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::Help | KeyCommand::Quit => Transition::Pop,
            _ if self.scroll.handle_command(command, self.row_count) => Transition::Stay,
            _ => Transition::Ignored,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let inside = widgets::draw_dialog(frame, area, "keys", (76, area.height), draw_context);
        let width = usize::from(inside.width);
        let keys_width = if width < 60 { KEY_COLUMN_WIDTHS.0 } else { KEY_COLUMN_WIDTHS.1 };
        let mut lines = Vec::new();
        for (keys, message) in self.help_rows(draw_context.keymap) {
            // What does not fit beside its words stands over them.
            let is_long = keys.chars().count() > keys_width;
            if is_long {
                lines.push((keys.clone(), String::new()));
            }
            for (at, part) in widgets::wrap_text(message, width.saturating_sub(keys_width + 1)).into_iter().enumerate()
            {
                let keys = if at == 0 && !is_long { keys.clone() } else { String::new() };
                lines.push((fit_to_width(&keys, keys_width), part));
            }
        }
        self.row_count = lines.len();
        let window = self.scroll.visible_range(self.row_count, usize::from(inside.height));
        let lines = lines[window].iter().map(|(keys, message)| {
            Line::from(vec![
                Span::styled(keys.as_str(), draw_context.theme.key_style()),
                Span::raw(" "),
                Span::raw(message.as_str()),
            ])
        });
        frame.render_widget(lines.collect::<ratatui::text::Text<'_>>(), inside);
    }
}
