//! Reads the barcode of an item in a photo of it.

use std::collections::{BTreeMap, BTreeSet};

use image::imageops::{FilterType, interpolate_bilinear};
use image::{DynamicImage, GrayImage, Luma};
use rxing::common::{BitArray, HybridBinarizer};
use rxing::oned::{EAN8Reader, EAN13Reader, UPCEANReader as _};
use rxing::{Binarizer as _, DecodeHints, Luma8LuminanceSource};

use domain::scan::parse_barcode;
use domain::upc::Upc;

/// Longest sides at which a picture is searched, in pixels: small first, since noise is less there; large for the back of a
/// record, on which the barcode is small.
const SEARCH_SIDES: [u32; 2] = [1_400, 3_200];

/// Angles by which a picture is turned, in degrees. A row crosses all bars up to about 12 degrees, also upside down.
const SEARCH_ANGLES: [u16; 10] = [0, 90, 20, 40, 60, 80, 100, 120, 140, 160];

/// Rows of a picture that are read.
const ROWS_PER_PICTURE: u32 = 240;

/// Fewest rows that have to show the same code: the print of a sleeve looks like a code in single rows, and the bars of a
/// barcode are a fiftieth of the picture high at least.
const MIN_ROWS: usize = 4;

/// The same for a code of 8 digits, which has fewer bars.
const MIN_SHORT_CODE_ROWS: usize = 8;

/// Width of the guard that begins a code, in modules: bar, gap, bar (GS1 General Specifications, 5.2.1.2).
const GUARD_MODULES: usize = 3;

/// Fewest modules of the blank zone before the guard; the standard asks for 7 or more.
const MIN_QUIET_MODULES: usize = 4;

/// Returns the barcodes in a picture, each once, by number.
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

/// Returns the codes that enough rows show.
fn read_rows(luma: &GrayImage) -> Vec<Upc> {
    let (width, height) = luma.dimensions();
    let Ok(source) = Luma8LuminanceSource::new(luma.as_raw().clone(), width, height) else { return Vec::new() };
    let binarizer = HybridBinarizer::new(source);
    let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
    // The rows below are read from it.
    binarizer.get_black_matrix().ok();
    let mut rows_by_code = BTreeMap::<Upc, BTreeSet<u32>>::new();
    for y in (0..height).step_by((height / ROWS_PER_PICTURE).max(1) as usize) {
        // With a threshold for the whole row, and with one for each of its parts, which uneven light needs.
        let row = binarizer.get_black_row(y as usize).into_iter();
        for row in row.chain(binarizer.get_black_row_from_matrix(y as usize)) {
            let mut row = row.into_owned();
            for _ in 0..2 {
                for code in read_row(&row, y, &hints) {
                    rows_by_code.entry(code).or_default().insert(y);
                }
                // Upside down.
                row.reverse();
            }
        }
    }
    let min_rows = |code: Upc| if code.is_ean8() { MIN_SHORT_CODE_ROWS } else { MIN_ROWS };
    rows_by_code.into_iter().filter(|(code, rows)| rows.len() >= min_rows(*code)).map(|(code, _)| code).collect()
}

/// Returns the codes of a row: at each place where one may begin, since print before a code may look like its beginning.
fn read_row(row: &BitArray, y: u32, hints: &DecodeHints) -> Vec<Upc> {
    let guards = find_guards(row).into_iter();
    let codes = guards.filter_map(|guard| {
        let long = EAN13Reader.decodeRowWithGuardRange(y, row, &guard, hints);
        let code = long.or_else(|_| EAN8Reader.decodeRowWithGuardRange(y, row, &guard, hints)).ok()?;
        parse_barcode(code.getText()).ok()
    });
    codes.collect()
}

/// Returns where the guards of codes may stand: two bars with a gap of the same width, behind a blank zone.
fn find_guards(row: &BitArray) -> Vec<[usize; 2]> {
    let mut ends = (1..row.get_size()).filter(|x| row.get(*x) != row.get(*x - 1)).collect::<Vec<_>>();
    ends.push(row.get_size());
    let mut guards = Vec::new();
    for (place, start) in ends.iter().enumerate().filter(|(_, start)| **start < row.get_size() && row.get(**start)) {
        let before = place.checked_sub(1).map_or(0, |before| ends[before]);
        let Some([first, second, end]) = ends.get(place + 1..place + 4).and_then(|next| next.first_chunk()) else {
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

/// Returns the picture turned by `degrees` about its center, on white.
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
        // The center of each pixel.
        let (dx, dy) = (x as f32 + 0.5 - turned_width / 2.0, y as f32 + 0.5 - turned_height / 2.0);
        let (from_x, from_y) = (dx * cos + dy * sin + width / 2.0, dy * cos - dx * sin + height / 2.0);
        interpolate_bilinear(luma, from_x - 0.5, from_y - 0.5).unwrap_or(Luma([255]))
    })
}
