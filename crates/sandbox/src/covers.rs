//! Covers, drawn by code: coloured stripes, different for each release, the same each time.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use axum::body::Bytes;

/// Drawn pictures, by colours and size; a few thousand releases share what they share.
static COVER_CACHE: LazyLock<Mutex<HashMap<(u8, u32), Bytes>>> = LazyLock::new(Mutex::default);

/// Palettes that covers are drawn with.
const PALETTE_COUNT: u64 = 64;

/// A square PNG of `pixels` a side for the release `id`.
pub(super) fn cover_png(id: &str, pixels: u32) -> Bytes {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let palette = u8::try_from(hasher.finish() % PALETTE_COUNT).unwrap_or_default();
    let mut drawn = COVER_CACHE.lock();
    drawn.entry((palette, pixels)).or_insert_with(|| draw_png(palette, pixels)).clone()
}

/// Two colours in eight stripes, as an indexed picture: a few hundred bytes.
fn draw_png(palette: u8, pixels: u32) -> Bytes {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels, pixels);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    let shade = palette.wrapping_mul(37);
    encoder.set_palette(vec![shade, 255 - shade, 128, 240, shade / 2, 60]);
    let row = (0..pixels).map(|x| u8::from((x * 8 / pixels).is_multiple_of(2))).collect::<Vec<_>>();
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&row.repeat(pixels as usize)));
    if let Err(error) = written {
        tracing::error!(%error, "a cover cannot be drawn");
    }
    file.into()
}
