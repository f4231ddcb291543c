//! Matches photos whose names identify no item, such as `IMG_0001.jpg`. A photo of a barcode starts a series; the
//! photos after it show the same item, until the next barcode.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;

use super::pauses::{LongPause, find_long_pauses, parse_time};
use super::source::PhotoFile;
use domain::upc::Upc;

/// What to do with the photo of the barcode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BarcodePhoto {
    /// Put it after the others: it is often the back cover, which buyers want to see.
    #[default]
    Last,
    /// Leave it out, unless it is the only photo of its series.
    LeftOut,
}

/// A picture with its time and barcodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedPicture {
    pub file: PhotoFile,
    /// Time at which the photo was taken, from its EXIF data: `2024:03:18 14:30:22`.
    pub taken_at: Option<String>,
    /// Barcodes in the picture, or the barcode by which the file is named.
    pub barcodes: Vec<Upc>,
    /// True if the name of the file says which item it shows. Such a picture is not assigned here.
    pub is_named: bool,
}

/// A photo in a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesPhoto {
    pub file: PhotoFile,
    pub upc: Upc,
    /// Position among the photos of the item, from 1.
    pub position: u32,
}

/// Pictures with the items that they show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssignedSeries {
    pub photos: Vec<SeriesPhoto>,
    /// Photos of barcodes that are left out.
    pub left_out: Vec<SeriesPhoto>,
    /// Pictures that belong to no item, each with the reason and what to do.
    pub problems: Vec<(PhotoFile, String)>,
    /// Assigned pictures that may show another item, each with the reason.
    pub doubtful: Vec<(PhotoFile, String)>,
}

/// Position of the photo of the barcode: after all other photos of the item.
const LAST_POSITION: u32 = 1_000_000;

/// Minimum number of series with the same number of photos in a folder, so that a series with many more is doubtful.
const MIN_USUAL_SERIES: usize = 3;

/// Photos of one item, from its barcode up to the next barcode.
struct Series {
    folder: String,
    upc: Upc,
    photos: Vec<PhotoOfSeries>,
}

struct PhotoOfSeries {
    file: PhotoFile,
    is_barcode: bool,
    taken_at: Option<DateTime>,
}

/// Assigns pictures to items. If all photos of a folder have a time, they are in the
/// order of their times, and a photo that is named by another item ends a series.
pub fn assign_series(pictures: Vec<ScannedPicture>, barcode_photo: BarcodePhoto) -> AssignedSeries {
    let (mut all, mut problems) = split_into_series(sort_pictures(pictures));
    let usual_lengths = all.iter().map(|series| usual_length(&all, &series.folder)).collect::<Vec<_>>();
    for (series, usual) in all.iter_mut().zip(usual_lengths) {
        problems.extend(usual.map(|usual| series.take_doubtful(usual)).unwrap_or_default());
    }
    let doubtful = find_doubtful_times(&all);
    let mut assigned = Vec::<SeriesPhoto>::new();
    for Series { upc, photos, .. } in all {
        for PhotoOfSeries { file, is_barcode, .. } in photos {
            let before = assigned.iter().filter(|photo| photo.upc == upc && !photo.shows_barcode()).count();
            let position = u32::try_from(1 + before).unwrap_or(LAST_POSITION - 1);
            assigned.push(SeriesPhoto { file, upc, position: if is_barcode { LAST_POSITION } else { position } });
        }
    }
    let others = assigned.iter().filter(|photo| !photo.shows_barcode()).map(|photo| photo.upc);
    let with_others = others.collect::<BTreeSet<_>>();
    let is_left_out = |photo: &SeriesPhoto| {
        barcode_photo == BarcodePhoto::LeftOut && photo.shows_barcode() && with_others.contains(&photo.upc)
    };
    let (left_out, photos) = assigned.into_iter().partition(is_left_out);
    AssignedSeries { photos, left_out, problems, doubtful }
}

/// Sorts pictures by folder, time and name. Named pictures without a place among the others are omitted.
fn sort_pictures(mut pictures: Vec<ScannedPicture>) -> Vec<ScannedPicture> {
    let without_time = pictures.iter().filter(|picture| !picture.is_named && picture.taken_at.is_none());
    let without_time = without_time.map(|picture| picture.file.folder().to_owned()).collect::<BTreeSet<_>>();
    let has_times = |picture: &ScannedPicture| !without_time.contains(picture.file.folder());
    pictures.retain(|picture| !picture.is_named || (has_times(picture) && picture.taken_at.is_some()));
    pictures.sort_by(|one, other| {
        let times = if has_times(one) { one.taken_at.cmp(&other.taken_at) } else { Ordering::Equal };
        let folders = one.file.folder().cmp(other.file.folder());
        folders.then(times).then_with(|| compare_names(&one.file.name, &other.file.name))
    });
    pictures
}

/// Returns the series, and the pictures that belong to none.
fn split_into_series(pictures: Vec<ScannedPicture>) -> (Vec<Series>, Vec<(PhotoFile, String)>) {
    let (mut all, mut problems) = (Vec::<Series>::new(), Vec::new());
    // True if the next photo without a barcode belongs to the last series.
    let mut is_open = false;
    for ScannedPicture { file, barcodes, is_named, taken_at } in pictures {
        let taken_at = taken_at.as_deref().and_then(parse_time);
        is_open &= all.last().is_some_and(|series| series.folder == file.folder());
        let current = all.last_mut().filter(|_| is_open);
        match (&barcodes[..], current) {
            // Only the photos of another item that are named show it: its barcode may not be readable.
            (codes, current) if is_named => is_open = current.is_some_and(|series| codes == [series.upc]),
            ([code], current) if current.as_ref().is_none_or(|series| series.upc != *code) => {
                let folder = file.folder().to_owned();
                all.push(Series {
                    folder,
                    upc: *code,
                    photos: vec![PhotoOfSeries { file, is_barcode: true, taken_at }],
                });
                is_open = true;
            }
            ([] | [_], Some(series)) => series.photos.push(PhotoOfSeries { file, is_barcode: false, taken_at }),
            ([] | [_], None) => problems.push((file, NO_BARCODE_BEFORE.to_owned())),
            (several, _) => {
                let codes = several.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
                problems.push((
                    file,
                    format!("it shows the barcodes {codes}: take a photo of one of them, or name the file by it"),
                ));
                // The following photos may show either item.
                is_open = false;
            }
        }
    }
    (all, problems)
}

/// Returns the number of photos that most series of a folder have; `None` if the numbers vary.
fn usual_length(all: &[Series], folder: &str) -> Option<usize> {
    let mut counts = BTreeMap::<usize, usize>::new();
    let lengths = all.iter().filter(|series| series.folder == folder).map(|series| series.photos.len());
    lengths.for_each(|length| *counts.entry(length).or_default() += 1);
    let total = counts.values().sum::<usize>();
    let usual = counts.into_iter().max_by_key(|(length, count)| (*count, Reverse(*length)));
    usual.filter(|(_, count)| *count >= MIN_USUAL_SERIES && 2 * count >= total).map(|(length, _)| length)
}

impl Series {
    /// Removes the photos beyond the usual number if there are at least twice as many: the barcode of the next item may
    /// not have been readable, so that its photos would be those of this item. Returns them with the reason.
    fn take_doubtful(&mut self, usual: usize) -> Vec<(PhotoFile, String)> {
        let (upc, length) = (self.upc, self.photos.len());
        if length < 2 * usual {
            return Vec::new();
        }
        let why = format!(
            "it may show another item, because {upc} would have {length} photos, and most items have {usual}: take a sharper \
             photo of its barcode, or name its photos by the barcode; if it shows {upc}, move all photos of {upc} to a folder of \
             their own"
        );
        self.photos.split_off(usual).into_iter().map(|photo| (photo.file, why.clone())).collect()
    }
}

/// Returns the photos that follow a pause as long as between two items, with the reason to check them. If a photo of
/// the folder has no time, the order is that of the names, and nothing is known about pauses.
fn find_doubtful_times(all: &[Series]) -> Vec<(PhotoFile, String)> {
    let mut doubtful = Vec::new();
    for series in all.chunk_by(|one, other| one.folder == other.folder) {
        let times = series.iter().map(|series| series.photos.iter().map(|photo| photo.taken_at).collect());
        let Some(times) = times.collect::<Option<Vec<_>>>() else { continue };
        doubtful.extend(find_long_pauses(&times).into_iter().map(|LongPause { series: index, photo, seconds }| {
            let Series { upc, photos, .. } = &series[index];
            let why = format!(
                "check that it shows {upc}: it was taken {seconds} s after {}, a pause as long as between two items, so the \
                 barcode of another item may not have been readable",
                photos[photo - 1].file.name
            );
            (photos[photo].file.clone(), why)
        }));
    }
    doubtful
}

const NO_BARCODE_BEFORE: &str = "no photo before it shows a barcode that can be read, and its name has none: begin each item \
     with a sharp photo of its barcode, or rename the file, for example 720642442524.jpg, 720642442524_2.jpg";

impl SeriesPhoto {
    /// Returns true for the photo of the barcode that started the series.
    fn shows_barcode(&self) -> bool {
        self.position == LAST_POSITION
    }
}

/// Compares names in natural order, with numbers by value: `IMG_9` before `IMG_10`.
fn compare_names(one: &str, other: &str) -> Ordering {
    let (one_parts, other_parts) = (name_parts(one), name_parts(other));
    one_parts.cmp(&other_parts).then_with(|| one.cmp(other))
}

/// Splits a name into words and numbers. A number becomes its length and its digits without leading zeros; the length
/// of a word is 0.
fn name_parts(name: &str) -> Vec<(usize, String)> {
    let mut parts: Vec<(bool, String)> = Vec::new();
    for c in name.to_lowercase().chars() {
        match parts.last_mut() {
            Some((is_number, part)) if *is_number == c.is_ascii_digit() => part.push(c),
            _ => parts.push((c.is_ascii_digit(), c.to_string())),
        }
    }
    let sized = parts.into_iter().map(|(is_number, part)| {
        let digits = part.trim_start_matches('0').to_owned();
        if is_number { (digits.len(), digits) } else { (0, part) }
    });
    sized.collect()
}
