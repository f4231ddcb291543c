//! Draws covers: colored stripes that depend only on the release.

use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use axum::body::Bytes;

/// Drawn pictures, by palette and size. All releases share the pictures of 64 palettes.
static COVER_CACHE: LazyLock<Mutex<HashMap<(u8, u32), Bytes>>> = LazyLock::new(Mutex::default);

/// Number of palettes.
const PALETTE_COUNT: u64 = 64;

/// Returns a square PNG for the release `id`, with sides of `pixels` pixels.
pub(super) fn cover_png(id: &str, pixels: u32) -> Bytes {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    let palette = u8::try_from(hasher.finish() % PALETTE_COUNT).unwrap_or_default();
    let mut drawn = COVER_CACHE.lock();
    drawn.entry((palette, pixels)).or_insert_with(|| draw_png(palette, pixels)).clone()
}

/// Draws eight stripes in two colors, with one bit per pixel and no row filters, because compression is slow in the
/// debug builds that run the tests.
fn draw_png(palette: u8, pixels: u32) -> Bytes {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, pixels, pixels);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_filter(png::Filter::NoFilter);
    let shade = palette.wrapping_mul(37);
    encoder.set_palette(vec![shade, 255 - shade, 128, 240, shade / 2, 60]);
    let is_first_color = |x: u32| x < pixels && (x * 8 / pixels).is_multiple_of(2);
    let byte = |start: u32| (0..8).fold(0, |byte, bit| byte << 1 | u8::from(is_first_color(start + bit)));
    let row = (0..pixels).step_by(8).map(byte).collect::<Vec<_>>();
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&row.repeat(pixels as usize)));
    if let Err(error) = written {
        tracing::error!(%error, "a cover cannot be drawn");
    }
    file.into()
}
