//! Pictures in a terminal: bytes become a drawing of so many cells. Bytes come from anywhere, so what they unfold to has
//! bounds.

use std::io::Cursor;
use std::sync::Arc;

use image::{ImageReader, Limits};
use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui_image::picker::{Picker, ProtocolType};
use ratatui_image::protocol::Protocol;
use ratatui_image::{FontSize, Image, Resize};

/// The longest side of a picture that is unfolded. A scan of a cover has 3,000 pixels; a file of a few kilobytes can
/// claim a million by a million.
const MAX_SIDE_PIXELS: u32 = 8_192;

/// Memory for unfolding it.
const MAX_DECODE_BYTES: u64 = 256 << 20;

/// A picture that is ready to be drawn. Clones are the same one.
#[derive(Clone)]
pub struct TerminalImage(Arc<Protocol>);

impl TerminalImage {
    /// A picture of these bytes, for at most so many cells.
    ///
    /// # Errors
    /// In words: no picture, one of a form that is not read, or one that is too large.
    pub fn from_bytes(bytes: &[u8], picker: &Picker, room: Size) -> Result<Self, String> {
        let unreadable = |error: image::ImageError| format!("the picture cannot be read: {error}");
        let mut reader =
            ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE_PIXELS);
        limits.max_image_height = Some(MAX_SIDE_PIXELS);
        limits.max_alloc = Some(MAX_DECODE_BYTES);
        reader.limits(limits);
        let picture = reader.decode().map_err(unreadable)?;
        let room = Size::new(room.width.max(1), room.height.max(1));
        // To the size of the cells first, by the fast way: what follows is done pixel by pixel.
        let (cell, kind) = (picker.font_size(), picker.protocol_type());
        // A half block shows two pixels of a cell; more of them are only averaged away.
        let cell = if kind == ProtocolType::Halfblocks { FontSize::new(4, 8) } else { cell };
        let (width, height) =
            (u32::from(room.width) * u32::from(cell.width), u32::from(room.height) * u32::from(cell.height));
        let picture = if picture.width() > width || picture.height() > height {
            picture.thumbnail(width, height)
        } else {
            picture
        };
        let protocol = picker.new_protocol(picture, room, Resize::Scale(None)).map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(protocol)))
    }

    /// True where all of it can be drawn.
    pub(super) fn fits_in(&self, place: Rect) -> bool {
        let size = self.0.size();
        size.width <= place.width && size.height <= place.height
    }

    /// Draws it in the middle.
    pub(super) fn draw(&self, frame: &mut Frame<'_>, place: Rect) {
        let size = self.0.size();
        let (x, y) = ((place.width - size.width) / 2, (place.height - size.height) / 2);
        let place = Rect { x: place.x + x, y: place.y + y, width: size.width, height: size.height };
        frame.render_widget(Image::new(&self.0), place);
    }
}
