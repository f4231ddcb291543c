//! Images in the terminal: the viewer with half blocks, and untrusted files.

use console::{Effect, ImageViewer, ItemEffect, Message, TerminalImage, half_block_picker};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Size;

use super::{console, drawn, now};

/// Returns an image that is red at the top and blue at the bottom.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    let pixels = (0..height).flat_map(|y| {
        let colour: [u8; 3] = if y < height / 2 { [255, 0, 0] } else { [0, 0, 255] };
        std::iter::repeat_n(colour, width as usize).flatten()
    });
    writer.write_image_data(&pixels.collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap();
    bytes
}

#[test]
fn the_viewer_draws_half_blocks() {
    let (screen, ask) = ImageViewer::new("https://covers.example/1.jpg".into(), Size::new(40, 12));
    assert!(matches!(ask, Effect::Item(ItemEffect::LoadImage { cells: Size { width: 40, height: 11 }, .. })));
    let mut console = console(screen);
    assert!(drawn(&mut console, 40, 14).contains("loading the picture"));
    let drawing = TerminalImage::from_bytes(&png(600, 600), &half_block_picker(), Size::new(40, 11)).unwrap();
    console.handle_message(&Message::ImageLoaded { url: "https://covers.example/1.jpg".into(), result: Ok(drawing) });
    let mut terminal = Terminal::new(TestBackend::new(40, 14)).unwrap();
    terminal.draw(|frame| console.draw(frame, now())).unwrap();
    let buffer = terminal.backend().buffer();
    let colours = |y: u16| (buffer[(20, y)].fg, buffer[(20, y)].bg);
    assert_eq!(colours(3).0, ratatui::style::Color::Rgb(255, 0, 0));
    assert_eq!(colours(9).0, ratatui::style::Color::Rgb(0, 0, 255));
    assert!(drawn(&mut console, 30, 10).contains("has changed"), "the message is not cut off");
}

/// Rejects a few bytes that claim to decode to more than fits in memory, and bytes that are not an image.
#[test]
fn hostile_images_are_rejected() {
    let of = |bytes: &[u8]| {
        let image = TerminalImage::from_bytes(bytes, &half_block_picker(), Size::new(40, 11));
        image.map(drop).unwrap_err().to_string()
    };
    let mut bomb = png(8, 8);
    let sides = [60_000_u32.to_be_bytes(), 60_000_u32.to_be_bytes()].concat();
    bomb[16..24].copy_from_slice(&sides);
    // The checksum of the header is valid, so that only the size is wrong.
    let sum = checksum(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.to_be_bytes());
    assert!(of(&bomb).contains("limit"), "{}", of(&bomb));
    assert!(of(b"<html>not found</html>").contains("cannot read the picture"));
    assert!(of(&[]).contains("cannot read the picture"));
    assert!(of(&png(8, 8)[..40]).contains("cannot read the picture"));
}

/// Returns the CRC-32 of a PNG chunk (ISO 3309).
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}
