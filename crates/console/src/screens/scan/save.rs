//! Where the list is saved: a file of this machine or an object of a bucket that is not there yet.

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyCode, KeyEvent};
use ratatui::layout::Rect;
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Wrap};
use tui_input::backend::crossterm::EventHandler as _;

use crate::command::Command;
use crate::keymap::Place;
use crate::pane::{Action, Look, Pane, Reaction};
use crate::scanning::Ask;
use crate::screens::parts;
use domain::scan::barcode;
use domain::screen::clean;

/// The question where to.
pub(super) struct Save {
    text: String,
    lines: usize,
    input: tui_input::Input,
    trouble: Option<&'static str>,
}

impl Save {
    pub(super) fn of(text: String, name: String) -> Self {
        Self { lines: text.lines().count(), text, input: name.into(), trouble: None }
    }

    fn answer(&mut self) -> Reaction {
        let to = self.input.value().trim().to_owned();
        let digits = to.len() - to.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        if to.is_empty() {
            self.trouble = Some("type a name, or gs://bucket/object");
            return Reaction::Nothing;
        }
        if digits >= 8 && barcode(&to[to.len() - digits..]).is_ok() {
            self.trouble = Some("that ends with a barcode: was it scanned? Esc, and scan it again");
            return Reaction::Nothing;
        }
        Reaction::Answer(Action::Scans(Ask::Save { to, text: self.text.clone() }))
    }
}

impl Pane for Save {
    fn place(&self) -> Place {
        Place::Question
    }

    fn title(&self) -> String {
        "save".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn obey(&mut self, command: Command) -> Reaction {
        if matches!(command, Command::Back | Command::Quit) { Reaction::Close } else { Reaction::Nothing }
    }

    fn typing(&self) -> Option<&'static str> {
        Some("Enter saves  Esc gives up")
    }

    fn typed(&mut self, key: KeyEvent) -> Option<Reaction> {
        match key.code {
            KeyCode::Esc => Some(Reaction::Close),
            KeyCode::Enter => Some(self.answer()),
            _ => {
                self.trouble = None;
                self.input.handle_event(&Input::Key(key)).map(|_| Reaction::Nothing).or(Some(Reaction::Nothing))
            }
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let title = format!("save {} lines", self.lines);
        let inside = parts::dialog(frame, area, &title, (70, 8), look);
        let lines = vec![
            Line::raw("A file, or gs://bucket/object. What is there is never overwritten."),
            Line::raw(""),
            Line::styled(format!("{}_", clean(self.input.value())), look.theme.heading()),
            Line::raw(""),
            Line::styled(self.trouble.unwrap_or_default(), look.theme.bad()),
        ];
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }), inside);
    }
}
