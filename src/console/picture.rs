//! Pictures in a terminal: the terminal is asked once what it can show, when a picture is first wanted; then bytes become
//! a drawing of so many cells. Bytes come from anywhere, so what they unfold to has bounds.

use std::io::{self, Cursor, Write as _};
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use image::{ImageReader, Limits};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui_image::picker::cap_parser::{Parser, QueryStdioOptions, Response};
use ratatui_image::picker::{Picker, ProtocolType};
use ratatui_image::protocol::Protocol;
use ratatui_image::{FontSize, Image, Resize};

/// How long the terminal has for all of its answer: a line of ssh around the world and back.
const ANSWERS_WITHIN: Duration = Duration::from_millis(400);

/// The longest side of a picture that is unfolded. A scan of a cover has 3,000 pixels; a file of a few kilobytes can
/// claim a million by a million.
const LONGEST_SIDE: u32 = 8_192;

/// Memory for unfolding it.
const MOST_BYTES: u64 = 256 << 20;

/// Cells where the terminal does not say how large they are: one to two, as with most fonts.
const USUAL_CELL: FontSize = FontSize::new(10, 20);

/// A picture that is ready to be drawn. Clones are the same one.
#[derive(Clone)]
pub struct Drawing(Arc<Protocol>);

impl Drawing {
    /// A picture of these bytes, for at most so many cells.
    ///
    /// # Errors
    /// In words: no picture, one of a form that is not read, or one that is too large.
    pub fn of(bytes: &[u8], picker: &Picker, room: Size) -> Result<Self, String> {
        let unreadable = |error: image::ImageError| format!("the picture cannot be read: {error}");
        let mut reader =
            ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| error.to_string())?;
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST_SIDE);
        limits.max_image_height = Some(LONGEST_SIDE);
        limits.max_alloc = Some(MOST_BYTES);
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
    pub(super) fn fits(&self, place: Rect) -> bool {
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

/// Half blocks, which every terminal shows.
pub fn half_blocks() -> Picker {
    Picker::halfblocks()
}

/// Asks the terminal which way it shows pictures, and how large its cells are. Nobody else may read from it meanwhile;
/// keys that are pressed just then are lost.
pub(super) fn ask() -> Picker {
    let in_tmux = Picker::halfblocks().tmux_detected();
    let answers = answers(in_tmux).unwrap_or_default();
    let cell = answers.iter().find_map(|answer| match answer {
        Response::CellSize(Some((width, height))) if *width > 0 && *height > 0 => Some(FontSize::new(*width, *height)),
        _ => None,
    });
    let cell = cell.or_else(told_by_the_system);
    #[expect(deprecated, reason = "the way that asks by itself leaves a thread that reads the next key")]
    let mut picker = Picker::from_fontsize(cell.unwrap_or(USUAL_CELL));
    if answers.contains(&Response::Kitty) {
        picker.set_protocol_type(ProtocolType::Kitty);
    } else if picker.protocol_type() == ProtocolType::Halfblocks && answers.contains(&Response::Sixel) {
        picker.set_protocol_type(ProtocolType::Sixel);
    }
    if cell.is_none() {
        // Without the size of a cell nobody can say how many a picture takes.
        picker.set_protocol_type(ProtocolType::Halfblocks);
    }
    picker
}

/// What the terminal says until it has said that it is done, or time is up.
fn answers(in_tmux: bool) -> io::Result<Vec<Response>> {
    let options = QueryStdioOptions { timeout: ANSWERS_WITHIN, ..QueryStdioOptions::default() };
    let mut out = io::stdout().lock();
    out.write_all(Parser::query(in_tmux, options).as_bytes())?;
    out.flush()?;
    let (began, mut parser, mut heard) = (Instant::now(), Parser::new(), Vec::new());
    let stdin = io::stdin();
    loop {
        let left = ANSWERS_WITHIN.saturating_sub(began.elapsed());
        let wait = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
        let mut waiting = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        if left.is_zero() || poll(&mut waiting, wait)? == 0 {
            return Ok(heard);
        }
        let mut bytes = [0; 256];
        let read = nix::unistd::read(stdin.as_fd(), &mut bytes)?;
        if read == 0 {
            return Ok(heard);
        }
        for byte in &bytes[..read] {
            heard.extend(parser.push(char::from(*byte)));
        }
        if heard.contains(&Response::Status) {
            return Ok(heard);
        }
    }
}

fn told_by_the_system() -> Option<FontSize> {
    let size = ratatui::crossterm::terminal::window_size().ok()?;
    let cell = (size.width.checked_div(size.columns)?, size.height.checked_div(size.rows)?);
    (cell.0 > 0 && cell.1 > 0).then(|| FontSize::new(cell.0, cell.1))
}
