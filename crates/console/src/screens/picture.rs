//! A picture, as large as the screen allows, in whatever way the terminal can show one.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::text::Line;
use ratatui::widgets::Clear;

use crate::command::Command;
use crate::keymap::Place;
use crate::news::News;
use crate::pane::{Action, Look, Pane, Reaction};
use crate::picture::Drawing;
use domain::screen::clean;

/// One picture.
pub struct Picture {
    address: String,
    /// The cells it may take.
    room: Size,
    drawing: Option<Result<Drawing, String>>,
}

impl Picture {
    /// The picture at an address, and the question for it.
    pub fn of(address: String, room: Size) -> (Self, Action) {
        let room = Size::new(room.width, room.height.saturating_sub(1));
        let ask = Action::Picture { address: address.clone(), room };
        (Self { address, room, drawing: None }, ask)
    }
}

impl Pane for Picture {
    fn place(&self) -> Place {
        Place::Reading
    }

    fn title(&self) -> String {
        "picture".to_owned()
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Picture => Reaction::Close,
            Command::Copy => Reaction::Do(Action::Copy(self.address.clone())),
            Command::Visit => Reaction::Do(Action::Visit(self.address.clone())),
            Command::Reload => {
                self.drawing = None;
                Reaction::Do(Action::Picture { address: self.address.clone(), room: self.room })
            }
            _ => Reaction::Unknown,
        }
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        if let News::Pictured { address, answer } = news
            && *address == self.address
        {
            self.drawing = Some(answer.clone());
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        frame.render_widget(Clear, area);
        self.room = Size::new(area.width, area.height.saturating_sub(1));
        let below = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
        let place = Rect { height: self.room.height, ..area };
        match &self.drawing {
            None => frame.render_widget("fetching the picture …", place),
            Some(Err(why)) => frame.render_widget(Line::styled(clean(why).into_owned(), look.theme.bad()), place),
            Some(Ok(drawing)) if drawing.fits(place) => drawing.draw(frame, place),
            Some(Ok(_)) => frame.render_widget("the screen is smaller now: look again (r)", place),
        }
        frame.render_widget(Line::styled(clean(&self.address).into_owned(), look.theme.faint()), below);
    }
}
