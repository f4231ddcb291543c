//! Images in a terminal: decodes the bytes and scales the image to cells. The bytes are not trusted, so the memory for
//! decoding is limited.

use std::io::Cursor;
use std::sync::Arc;

use image::{ImageError, ImageReader, Limits};
use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui_image::picker::{Picker, ProtocolType};
use ratatui_image::protocol::Protocol;
use ratatui_image::{FontSize, Image, Resize};

/// Maximum width and height of a decoded image in pixels. A scanned cover has 3,000, but a file of a few kilobytes can
/// claim a million by a million.
const MAX_SIDE_PIXELS: u32 = 8_192;

/// Maximum memory for decoding an image.
const MAX_DECODE_BYTES: u64 = 256 << 20;

/// Why an image cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum TerminalImageError {
    #[error("cannot read the picture: {0}")]
    Unreadable(#[from] ImageError),
    #[error("cannot draw the picture: {0}")]
    Protocol(#[from] ratatui_image::errors::Errors),
}

/// An image that is ready to be drawn, shared by all clones.
#[derive(Clone)]
pub struct TerminalImage(Arc<Protocol>);

impl TerminalImage {
    /// Decodes an image and scales it to at most `size` cells.
    ///
    /// # Errors
    /// Returns [`TerminalImageError`] if the bytes are not an image, have an unsupported format, or exceed the limits.
    pub fn from_bytes(bytes: &[u8], picker: &Picker, size: Size) -> Result<Self, TerminalImageError> {
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(ImageError::IoError)?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE_PIXELS);
        limits.max_image_height = Some(MAX_SIDE_PIXELS);
        limits.max_alloc = Some(MAX_DECODE_BYTES);
        reader.limits(limits);
        let decoded = reader.decode()?;
        let size = Size::new(size.width.max(1), size.height.max(1));
        // Scales with the fast algorithm first, because the protocols work pixel by pixel. A half block shows only two
        // pixels of a cell, so a small cell size loses nothing.
        let cell =
            if picker.protocol_type() == ProtocolType::Halfblocks { FontSize::new(4, 8) } else { picker.font_size() };
        let (width, height) =
            (u32::from(size.width) * u32::from(cell.width), u32::from(size.height) * u32::from(cell.height));
        let is_larger = decoded.width() > width || decoded.height() > height;
        let scaled = if is_larger { decoded.thumbnail(width, height) } else { decoded };
        let protocol = picker.new_protocol(scaled, size, Resize::Scale(None))?;
        Ok(Self(Arc::new(protocol)))
    }

    /// Returns true if the whole image fits into `area`.
    pub(super) fn fits_in(&self, area: Rect) -> bool {
        let size = self.0.size();
        size.width <= area.width && size.height <= area.height
    }

    /// Draws the image in the middle of `area`, which must be large enough.
    pub(super) fn draw(&self, frame: &mut Frame<'_>, area: Rect) {
        let size = self.0.size();
        let (x, y) = ((area.width - size.width) / 2, (area.height - size.height) / 2);
        let centered = Rect { x: area.x + x, y: area.y + y, width: size.width, height: size.height };
        frame.render_widget(Image::new(&self.0), centered);
    }
}
