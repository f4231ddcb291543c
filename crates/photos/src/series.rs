//! Matches photos whose names identify no item, such as `IMG_0001.jpg`. A photo of a barcode starts a series; the
//! photos after it show the same item, until the next barcode.

use std::cmp::Ordering;

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
    pub barcodes: Vec<Upc>,
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
}

/// Position of the photo of the barcode: after all other photos of the item.
const LAST_POSITION: u32 = 1_000_000;

/// Assigns pictures to items.
pub fn assign_series(mut pictures: Vec<ScannedPicture>, barcode_photo: BarcodePhoto) -> AssignedSeries {
    let all_have_times = pictures.iter().all(|picture| picture.taken_at.is_some());
    pictures.sort_by(|one, other| {
        let times = if all_have_times { one.taken_at.cmp(&other.taken_at) } else { Ordering::Equal };
        let folders = one.file.folder().cmp(other.file.folder());
        folders.then(times).then_with(|| compare_names(&one.file.name, &other.file.name))
    });
    let (mut assigned, mut problems) = (Vec::<SeriesPhoto>::new(), Vec::new());
    let mut folder = None;
    let mut current: Option<Upc> = None;
    for ScannedPicture { file, barcodes, .. } in pictures {
        if folder.as_deref() != Some(file.folder()) {
            (folder, current) = (Some(file.folder().to_owned()), None);
        }
        match (&barcodes[..], current) {
            ([code], known) if known != Some(*code) => {
                current = Some(*code);
                assigned.push(SeriesPhoto { file, upc: *code, position: LAST_POSITION });
            }
            ([] | [_], Some(upc)) => {
                let position = 1 + assigned.iter().filter(|photo| photo.upc == upc && !photo.shows_barcode()).count();
                assigned.push(SeriesPhoto {
                    file,
                    upc,
                    position: u32::try_from(position).unwrap_or(LAST_POSITION - 1),
                });
            }
            ([] | [_], None) => problems.push((file, NO_BARCODE_BEFORE.to_owned())),
            (several, _) => {
                let codes = several.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
                problems.push((
                    file,
                    format!("it shows the barcodes {codes}: take a photo of one of them, or name the file by it"),
                ));
                // The following photos may show either item.
                current = None;
            }
        }
    }
    let others = assigned.iter().filter(|photo| !photo.shows_barcode()).map(|photo| photo.upc);
    let with_others = others.collect::<std::collections::BTreeSet<_>>();
    let is_left_out = |photo: &SeriesPhoto| {
        barcode_photo == BarcodePhoto::LeftOut && photo.shows_barcode() && with_others.contains(&photo.upc)
    };
    let (left_out, photos) = assigned.into_iter().partition(is_left_out);
    AssignedSeries { photos, left_out, problems }
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
