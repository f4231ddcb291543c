//! Viewer of one image, which fills the screen and uses the graphics protocol of the terminal.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::text::Line;

use super::widgets;
use crate::command::KeyCommand;
use crate::item_effect::ItemEffect;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use crate::terminal_image::TerminalImage;
use domain::terminal_text::strip_terminal_controls;

/// The viewer of one image.
pub struct ImageViewer {
    url: String,
    /// Size of the area for the image, in cells.
    available_size: Size,
    /// The image, or why it cannot be shown; `None` until it is loaded.
    image: Option<Result<TerminalImage, String>>,
}

impl ImageViewer {
    /// Returns the viewer of an image for a screen of this size, and the effect that loads the image.
    pub fn new(url: String, size: Size) -> (Self, Effect) {
        let available_size = Size::new(size.width, size.height.saturating_sub(1));
        let effect = Effect::Item(ItemEffect::LoadImage { url: url.clone(), cells: available_size });
        (Self { url, available_size, image: None }, effect)
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
                Transition::Do(Effect::Item(ItemEffect::LoadImage {
                    url: self.url.clone(),
                    cells: self.available_size,
                }))
            }
            _ => Transition::Ignored,
        }
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        if let Message::ImageLoaded { url, result } = message
            && *url == self.url
        {
            self.image = Some(result.clone());
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        widgets::clear_area(frame, area);
        self.available_size = Size::new(area.width, area.height.saturating_sub(1));
        let footer = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
        let image = Rect { height: self.available_size.height, ..area };
        match &self.image {
            None => frame.render_widget("loading the picture …", image),
            Some(Err(error)) => frame.render_widget(
                Line::styled(strip_terminal_controls(error).into_owned(), draw_context.theme.error_style()),
                image,
            ),
            Some(Ok(loaded)) if loaded.fits_in(image) => loaded.draw(frame, image),
            Some(Ok(_)) => frame.render_widget("the screen has changed; press r to redraw", image),
        }
        frame.render_widget(
            Line::styled(strip_terminal_controls(&self.url).into_owned(), draw_context.theme.muted_style()),
            footer,
        );
    }
}
