//! The message log: every message that the console has shown since it started, oldest first.

use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Text;

use super::filter_input::FilterInput;
use super::widgets;
use crate::command::KeyCommand;
use crate::command_parser::ParsedCommand;
use crate::cursor::ScrollState;
use crate::keymap::KeyContext;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::terminal_text::strip_terminal_controls;

/// The screen of the message log.
pub struct MessageLog {
    messages: Vec<String>,
    filter: FilterInput,
    scroll: ScrollState,
    row_count: usize,
}

impl MessageLog {
    /// Returns the screen of these messages, scrolled to the last one.
    pub fn from_messages<'a>(messages: impl Iterator<Item = &'a String>) -> Self {
        let messages = messages.map(|message| strip_terminal_controls(message).into_owned()).collect::<Vec<_>>();
        Self { messages, filter: FilterInput::default(), scroll: ScrollState::following_end(), row_count: 0 }
    }

    fn matching_messages(&self) -> impl Iterator<Item = &String> {
        let filter = self.filter.text().to_lowercase();
        self.messages.iter().filter(move |message| message.to_lowercase().contains(&filter))
    }
}

impl Screen for MessageLog {
    fn key_context(&self) -> KeyContext {
        KeyContext::Pager
    }

    fn title(&self) -> String {
        "log".to_owned()
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::MessageLog => Transition::Pop,
            KeyCommand::Filter => {
                self.filter.start_typing();
                Transition::Stay
            }
            KeyCommand::Copy => Transition::Do(Effect::CopyText(
                self.matching_messages().map(String::as_str).collect::<Vec<_>>().join("\n"),
            )),
            _ if self.scroll.handle_command(command, self.row_count) => Transition::Stay,
            _ => Transition::Ignored,
        }
    }

    fn input_hint(&self) -> Option<&'static str> {
        self.filter.input_hint()
    }

    fn handle_key(&mut self, key: KeyEvent) -> Option<Transition> {
        self.filter.handle_key(key).then_some(Transition::Stay)
    }

    fn handle_paste(&mut self, text: &str) -> Option<Transition> {
        self.filter.handle_paste(text).then_some(Transition::Stay)
    }

    fn handle_line(&mut self, parsed: &ParsedCommand) -> Transition {
        match parsed {
            ParsedCommand::Filter(text) => self.filter.set_text(text),
            _ => return Transition::Ignored,
        }
        Transition::Stay
    }

    fn add_log_message(&mut self, message: &str) {
        self.messages.push(message.to_owned());
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        if self.messages.is_empty() {
            frame.render_widget("no messages yet", area);
            return;
        }
        let [messages, footer] = Layout::vertical([Constraint::Min(1), Constraint::Length(1)]).areas(area);
        let lines = self
            .matching_messages()
            .flat_map(|message| widgets::wrap_text(message, usize::from(messages.width)))
            .collect::<Vec<_>>();
        self.row_count = lines.len();
        let range = self.scroll.visible_range(self.row_count, usize::from(messages.height));
        let summary = format!("{} of {}", self.matching_messages().count(), self.messages.len());
        frame.render_widget(lines[range].iter().map(String::as_str).collect::<Text<'_>>(), messages);
        self.filter.draw_before(frame, footer, &summary, draw_context.theme.muted_style(), draw_context);
    }
}
