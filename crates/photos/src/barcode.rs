//! Finds the barcode of an item in a photo.

use std::collections::{BTreeMap, BTreeSet};

use image::imageops::{FilterType, interpolate_bilinear};
use image::{DynamicImage, GrayImage, Luma};
use rxing::common::{BitArray, HybridBinarizer};
use rxing::oned::{EAN8Reader, EAN13Reader, UPCEANReader as _};
use rxing::{Binarizer as _, DecodeHints, Luma8LuminanceSource};

use domain::scan::parse_scan;
use domain::upc::Upc;

/// Longest sides to which a picture is scaled for the search, in pixels. The small size comes first because it has less
/// noise; the large one is for the back of a record, on which the barcode is small.
const SEARCH_SIDES: [u32; 2] = [1_400, 3_200];

/// Angles by which a picture is rotated, in degrees. A row crosses all bars up to a tilt of about 12 degrees. Rows are
/// also read backward.
const SEARCH_ANGLES: [u16; 10] = [0, 90, 20, 40, 60, 80, 100, 120, 140, 160];

/// Number of rows read per picture.
const ROWS_PER_PICTURE: u32 = 240;

/// Minimum number of rows with the same code. Artwork looks like a code in single rows; the bars of a real barcode have
/// at least a fiftieth of the picture's height.
const MIN_ROWS: usize = 4;

/// Minimum number of rows for an 8-digit code, which has fewer bars.
const MIN_SHORT_CODE_ROWS: usize = 8;

/// Width of the guard pattern that begins a code, in modules: bar, space, bar (GS1 General Specifications, 5.2.1.2).
const GUARD_MODULES: usize = 3;

/// Minimum width of the quiet zone before the guard pattern, in modules. The standard requires at least 7.
const MIN_QUIET_MODULES: usize = 4;

/// Returns the distinct barcodes in a picture, sorted by number.
pub fn read_barcodes(picture: &DynamicImage) -> Vec<Upc> {
    for side in SEARCH_SIDES {
        let is_larger = picture.width().max(picture.height()) > side;
        let luma =
            if is_larger { picture.resize(side, side, FilterType::Triangle).into_luma8() } else { picture.to_luma8() };
        for angle in SEARCH_ANGLES {
            let found = read_rows(&turn_by(&luma, angle));
            if !found.is_empty() {
                return found;
            }
        }
        if !is_larger {
            break;
        }
    }
    Vec::new()
}

/// Returns the codes that appear in enough rows.
fn read_rows(luma: &GrayImage) -> Vec<Upc> {
    let (width, height) = luma.dimensions();
    let Ok(source) = Luma8LuminanceSource::new(luma.as_raw().clone(), width, height) else { return Vec::new() };
    let binarizer = HybridBinarizer::new(source);
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    // Prepares the matrix from which `get_black_row_from_matrix` reads.
    binarizer.get_black_matrix().ok();
    let mut rows_by_code = BTreeMap::<Upc, BTreeSet<u32>>::new();
    for y in (0..height).step_by((height / ROWS_PER_PICTURE).max(1) as usize) {
        // One threshold for the whole row, and one per part of the row, which handles uneven light.
        let row = binarizer.get_black_row(y as usize).into_iter();
        for row in row.chain(binarizer.get_black_row_from_matrix(y as usize)) {
            let mut row = row.into_owned();
            for _ in 0..2 {
                for code in read_row(&row, y, &hints) {
                    rows_by_code.entry(code).or_default().insert(y);
                }
                // The picture may be upside down.
                row.reverse();
            }
        }
    }
    let min_rows = |code: Upc| if code.is_ean8() { MIN_SHORT_CODE_ROWS } else { MIN_ROWS };
    rows_by_code.into_iter().filter(|(code, rows)| rows.len() >= min_rows(*code)).map(|(code, _)| code).collect()
}

/// Returns the codes in a row. Tries every possible guard pattern, because print before a code may look like one.
fn read_row(row: &BitArray, y: u32, hints: &DecodeHints) -> Vec<Upc> {
    let guards = find_guards(row).into_iter();
    let codes = guards.filter_map(|guard| {
        let long = EAN13Reader.decodeRowWithGuardRange(y, row, &guard, hints);
        let code = long.or_else(|_| EAN8Reader.decodeRowWithGuardRange(y, row, &guard, hints)).ok()?;
        parse_scan(code.getText()).ok()
    });
    codes.collect()
}

/// Returns the possible guard patterns in a row: two bars with a space of the same width, after a quiet zone.
fn find_guards(row: &BitArray) -> Vec<[usize; 2]> {
    let mut ends = (1..row.get_size()).filter(|x| row.get(*x) != row.get(*x - 1)).collect::<Vec<_>>();
    ends.push(row.get_size());
    let mut guards = Vec::new();
    for (index, start) in ends.iter().enumerate().filter(|(_, start)| **start < row.get_size() && row.get(**start)) {
        let before = index.checked_sub(1).map_or(0, |before| ends[before]);
        let Some([first, second, end]) = ends.get(index + 1..index + 4).and_then(|next| next.first_chunk()) else {
            break;
        };
        let (width, quiet) = (end - start, start - before);
        let is_module = |length: usize| 2 * GUARD_MODULES * length >= width && GUARD_MODULES * length <= 2 * width;
        let is_guard = [first - start, second - first, end - second].into_iter().all(is_module);
        if is_guard && GUARD_MODULES * quiet >= MIN_QUIET_MODULES * width {
            guards.push([*start, *end]);
        }
    }
    guards
}

/// Rotates the picture by `degrees` around its center, on a white background.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "pixels")]
fn turn_by(luma: &GrayImage, degrees: u16) -> GrayImage {
    if degrees == 0 {
        return luma.clone();
    }
    let (sin, cos) = f32::from(degrees).to_radians().sin_cos();
    let (width, height) = (luma.width() as f32, luma.height() as f32);
    let turned_width = (width * cos.abs() + height * sin.abs()).round();
    let turned_height = (width * sin.abs() + height * cos.abs()).round();
    GrayImage::from_fn(turned_width as u32, turned_height as u32, |x, y| {
        // Center of the pixel, relative to the center of the picture.
        let (dx, dy) = (x as f32 + 0.5 - turned_width / 2.0, y as f32 + 0.5 - turned_height / 2.0);
        let (from_x, from_y) = (dx * cos + dy * sin + width / 2.0, dy * cos - dx * sin + height / 2.0);
        interpolate_bilinear(luma, from_x - 0.5, from_y - 0.5).unwrap_or(Luma([255]))
    })
}
