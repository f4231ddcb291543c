//! A picture, as large as the screen allows, in whatever way the terminal can show one.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::text::Line;
use ratatui::widgets::Clear;

use crate::command::KeyCommand;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::terminal_image::TerminalImage;
use domain::terminal_text::strip_terminal_controls;

/// One picture.
pub struct ImageViewer {
    url: String,
    /// The cells it may take.
    available_size: Size,
    image: Option<Result<TerminalImage, String>>,
}

impl ImageViewer {
    /// The picture at an address, and the question for it.
    pub fn new(address: String, room: Size) -> (Self, Effect) {
        let room = Size::new(room.width, room.height.saturating_sub(1));
        let ask = Effect::LoadImage { url: address.clone(), cells: room };
        (Self { url: address, available_size: room, image: None }, ask)
    }
}

impl Screen for ImageViewer {
    fn key_context(&self) -> KeyContext {
        KeyContext::Pager
    }

    fn title(&self) -> String {
        "picture".to_owned()
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        match command {
            KeyCommand::ViewImage => Transition::Pop,
            KeyCommand::Copy => Transition::Do(Effect::CopyText(self.url.clone())),
            KeyCommand::OpenInBrowser => Transition::Do(Effect::OpenUrl(self.url.clone())),
            KeyCommand::Refresh => {
                self.image = None;
                Transition::Do(Effect::LoadImage { url: self.url.clone(), cells: self.available_size })
            }
            _ => Transition::Ignored,
        }
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        if let Message::ImageLoaded { url: address, result: answer } = message
            && *address == self.url
        {
            self.image = Some(answer.clone());
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        frame.render_widget(Clear, area);
        self.available_size = Size::new(area.width, area.height.saturating_sub(1));
        let below = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
        let place = Rect { height: self.available_size.height, ..area };
        match &self.image {
            None => frame.render_widget("fetching the picture …", place),
            Some(Err(why)) => frame.render_widget(
                Line::styled(strip_terminal_controls(why).into_owned(), draw_context.theme.error_style()),
                place,
            ),
            Some(Ok(drawing)) if drawing.fits_in(place) => drawing.draw(frame, place),
            Some(Ok(_)) => frame.render_widget("the screen is smaller now: look again (r)", place),
        }
        frame.render_widget(
            Line::styled(strip_terminal_controls(&self.url).into_owned(), draw_context.theme.muted_style()),
            below,
        );
    }
}
