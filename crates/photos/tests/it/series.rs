//! Barcodes in photos, and series of photos that start with a barcode.

use crate::photos::{
    AssignedSeries, BarcodePhoto, PhotoFile, PictureContent, ScannedPicture, assign_series, read_barcodes,
};
use barcoders::sym::ean8::EAN8;
use barcoders::sym::ean13::EAN13;
use domain::upc::Upc;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::overlay;
use image::{GrayImage, Luma};

/// Draws the bars of a code (1 is black) with quiet zones. `module` is the width of a module.
fn draw_bars(bars: &[u8], module: u32, height: u32) -> GrayImage {
    let width = (u32::try_from(bars.len()).unwrap() + 24) * module;
    GrayImage::from_fn(width, height + 20, |x, y| {
        let bar = (x / module).checked_sub(12).and_then(|at| bars.get(at as usize));
        Luma([if bar == Some(&1) && (10..height + 10).contains(&y) { 20 } else { 235 }])
    })
}

/// Returns a picture of deterministic noise, like the print of a sleeve: grains of four pixels.
fn noisy_picture(width: u32, height: u32) -> GrayImage {
    GrayImage::from_fn(width, height, |x, y| {
        let mut state = u64::from(x / 4) << 32 | u64::from(y / 4) | 1 << 60;
        for _ in 0..3 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
        }
        Luma([90 + u8::try_from(state % 100).unwrap()])
    })
}

fn with_codes(size: (u32, u32), codes: &[(&GrayImage, i64, i64)]) -> GrayImage {
    let mut picture = noisy_picture(size.0, size.1);
    for (code, x, y) in codes {
        overlay(&mut picture, *code, *x, *y);
    }
    picture
}

/// Rotates a picture around its center, on a gray background.
fn turned(picture: &GrayImage, degrees: f32) -> GrayImage {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let side = width.hypot(height);
    GrayImage::from_fn(side as u32, side as u32, |x, y| {
        let (dx, dy) = (x as f32 - side / 2.0, y as f32 - side / 2.0);
        let (x, y) = (dx * cos + dy * sin + width / 2.0, dy * cos - dx * sin + height / 2.0);
        let is_inside = (0.0..width).contains(&x) && (0.0..height).contains(&y);
        if is_inside { *picture.get_pixel(x as u32, y as u32) } else { Luma([140]) }
    })
}

fn jpeg(picture: &GrayImage) -> Vec<u8> {
    let mut jpeg = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 70)).unwrap();
    jpeg
}

/// Returns a photo of the barcode [`ONE`].
pub(super) fn photo_of_barcode() -> Vec<u8> {
    let code = draw_bars(&EAN13::new("0720642442524").unwrap().encode(), 3, 130);
    jpeg(&with_codes((700, 500), &[(&code, 250, 250)]))
}

fn read(picture: &GrayImage) -> Vec<String> {
    PictureContent::from_file(&jpeg(picture)).unwrap().barcodes.iter().map(ToString::to_string).collect()
}

#[test]
fn barcodes_are_read_in_noisy_and_turned_photos() {
    let code = draw_bars(&EAN13::new("0720642442524").unwrap().encode(), 3, 130);
    let photo = with_codes((700, 500), &[(&code, 250, 250)]);
    assert_eq!(read(&photo), [ONE]);
    for degrees in [-12.0, 48.0, 262.0] {
        assert_eq!(read(&turned(&photo, degrees)), [ONE], "turned by {degrees} degrees");
    }
    let short = draw_bars(&EAN8::new("96385074").unwrap().encode(), 4, 160);
    assert_eq!(read(&with_codes((700, 500), &[(&short, 100, 200)])), ["96385074"]);
}

#[test]
fn a_small_barcode_is_read_in_a_large_picture() {
    let small = draw_bars(&EAN13::new("4988006123458").unwrap().encode(), 2, 100);
    assert_eq!(read(&with_codes((2_000, 800), &[(&small, 1_600, 600)])), ["4988006123458"]);
}

#[test]
fn noise_is_no_barcode_and_two_barcodes_are_two() {
    assert_eq!(read(&noisy_picture(700, 500)), Vec::<String>::new());
    let blank = GrayImage::from_pixel(600, 500, Luma([250]));
    assert_eq!(read_barcodes(&blank.into()), []);
    let [one, other] =
        ["0720642442524", "0602498614891"].map(|code| draw_bars(&EAN13::new(code).unwrap().encode(), 3, 130));
    assert_eq!(read(&with_codes((900, 500), &[(&one, 40, 100), (&other, 500, 130)])), [OTHER, ONE], "side by side");
}

/// Assigns pictures given as name, barcodes and time. Returns assignments as `name barcode,…`, and the problems.
fn assign(pictures: &[(&str, &[&str], Option<&str>)], barcode_photo: BarcodePhoto) -> (Vec<String>, Vec<String>) {
    let scanned = pictures.iter().map(|(name, codes, taken_at)| ScannedPicture {
        file: PhotoFile::new(name),
        taken_at: taken_at.map(str::to_owned),
        barcodes: codes.iter().map(|code| code.parse::<Upc>().unwrap()).collect(),
        is_named: !name.starts_with("IMG_") && !name.contains('/'),
    });
    let AssignedSeries { photos: mut assigned, problems, .. } = assign_series(scanned.collect(), barcode_photo);
    assigned.sort_by_key(|photo| (photo.upc, photo.position));
    let places = assigned.iter().map(|photo| format!("{} {}", photo.upc, photo.file.name)).collect();
    (places, problems.into_iter().map(|(file, why)| format!("{}: {}", file.name, &why[..18])).collect())
}

const ONE: &str = "720642442524";
const OTHER: &str = "602498614891";

#[test]
fn a_barcode_begins_a_series_up_to_the_next_one() {
    let pictures: &[(&str, &[&str], Option<&str>)] = &[
        ("IMG_10.jpg", &[], None),
        ("IMG_8.jpg", &[], None),
        ("IMG_9.jpg", &[ONE], None),
        ("IMG_11.jpg", &[ONE], None),
        ("IMG_12.jpg", &[OTHER], None),
        ("IMG_100.jpg", &[ONE, OTHER], None),
        ("IMG_101.jpg", &[], None),
        ("IMG_013.jpg", &[], None),
    ];
    let (places, problems) = assign(pictures, BarcodePhoto::Last);
    let one = ["720642442524 IMG_10.jpg", "720642442524 IMG_11.jpg", "720642442524 IMG_9.jpg"];
    let other = ["602498614891 IMG_013.jpg", "602498614891 IMG_12.jpg"];
    assert_eq!(places, [&other[..], &one].concat());
    let unused =
        ["IMG_8.jpg: no photo before it", "IMG_100.jpg: it shows the barco", "IMG_101.jpg: no photo before it"];
    assert_eq!(problems, unused);
    let (without, _) = assign(pictures, BarcodePhoto::LeftOut);
    assert_eq!(without, [&other[..1], &one[..2]].concat());
    let (alone, _) = assign(&[("IMG_1.jpg", &[ONE], None)], BarcodePhoto::LeftOut);
    assert_eq!(alone, ["720642442524 IMG_1.jpg"], "the only photo stays");
}

/// The photos of an item whose barcode could not be read would become those of the item before.
#[test]
fn a_series_of_twice_the_usual_length_is_doubtful() {
    let codes = [ONE, OTHER, "4988006123458", "724348436528"];
    let with_lengths = |lengths: [usize; 4]| {
        let numbers = lengths.into_iter().zip(codes).flat_map(|(length, code)| (0..length).map(move |at| (at, code)));
        let pictures = numbers
            .zip(100..)
            .map(|((at, code), number)| (format!("IMG_{number}.jpg"), if at == 0 { vec![code] } else { Vec::new() }));
        let pictures = pictures.collect::<Vec<_>>();
        let pictures = pictures.iter().map(|(name, codes)| (name.as_str(), codes.as_slice(), None)).collect::<Vec<_>>();
        assign(&pictures, BarcodePhoto::Last)
    };
    let (places, problems) = with_lengths([3, 7, 3, 3]);
    let doubtful = [106, 107, 108, 109].map(|number| format!("IMG_{number}.jpg: it may show anothe"));
    assert_eq!((places.len(), problems), (12, doubtful.to_vec()));
    assert_eq!(with_lengths([3, 5, 3, 3]).1, Vec::<String>::new(), "a few photos more");
    assert_eq!(with_lengths([1, 7, 2, 3]).1, Vec::<String>::new(), "no usual number");
}

/// The numbers of photos vary, so only the pause tells that a barcode may be missing.
#[test]
fn a_photo_after_a_pause_as_long_as_between_items_is_named() {
    let series: [(&str, &[u32]); 5] = [
        (ONE, &[0, 4]),
        (OTHER, &[30, 35, 39]),
        ("4988006123458", &[70, 74, 102, 107]),
        ("724348436528", &[130, 133, 138]),
        ("098787003420", &[170]),
    ];
    let photos = series.iter().flat_map(|(code, seconds)| seconds.iter().map(move |second| (*code, *second)));
    let pictures = photos.zip(100..).map(|((code, second), number)| {
        let is_first = series.iter().any(|(_, seconds)| seconds[0] == second);
        ScannedPicture {
            file: PhotoFile::new(&format!("IMG_{number}.jpg")),
            taken_at: Some(format!("2024:03:18 14:{:02}:{:02}", 30 + second / 60, second % 60)),
            barcodes: if is_first { vec![code.parse().unwrap()] } else { Vec::new() },
            is_named: false,
        }
    });
    let mut pictures = pictures.collect::<Vec<_>>();
    let AssignedSeries { photos, doubtful, .. } = assign_series(pictures.clone(), BarcodePhoto::Last);
    let [(file, why)] = &doubtful[..] else { panic!("{doubtful:?}") };
    assert_eq!((photos.len(), file.name.as_str()), (13, "IMG_107.jpg"), "it stays with its item");
    assert!(why.starts_with("check that it shows 4988006123458: it was taken 28 s after IMG_106.jpg"), "{why}");
    pictures[0].taken_at = None;
    assert_eq!(assign_series(pictures, BarcodePhoto::Last).doubtful, [], "a time is not known");
}

#[test]
fn a_photo_that_is_named_by_another_item_ends_a_series() {
    let pictures: &[(&str, &[&str], Option<&str>)] = &[
        ("IMG_1.jpg", &[ONE], Some("2024:03:18 14:30:21")),
        ("720642442524_label.jpg", &[ONE], Some("2024:03:18 14:30:22")),
        ("IMG_3.jpg", &[], Some("2024:03:18 14:30:23")),
        ("602498614891.jpg", &[OTHER], Some("2024:03:18 14:30:24")),
        ("IMG_5.jpg", &[], Some("2024:03:18 14:30:25")),
    ];
    let (places, problems) = assign(pictures, BarcodePhoto::Last);
    assert_eq!(places, ["720642442524 IMG_3.jpg", "720642442524 IMG_1.jpg"]);
    assert_eq!(problems, ["IMG_5.jpg: no photo before it"]);
    let without_time = pictures.iter().map(|(name, codes, _)| (*name, *codes, None)).collect::<Vec<_>>();
    let (places, _) = assign(&without_time, BarcodePhoto::Last);
    assert_eq!(places.len(), 3, "names do not say when a photo was taken: {places:?}");
}

#[test]
fn the_times_of_photos_come_before_their_names() {
    let wrapped: &[(&str, &[&str], Option<&str>)] = &[
        ("IMG_9999.jpg", &[ONE], Some("2024:03:18 14:30:22")),
        ("IMG_0001.jpg", &[], Some("2024:03:18 14:30:25")),
        ("a/IMG_0002.jpg", &[], Some("2024:03:18 14:30:29")),
    ];
    let (places, problems) = assign(wrapped, BarcodePhoto::Last);
    assert_eq!(places, ["720642442524 IMG_0001.jpg", "720642442524 IMG_9999.jpg"]);
    assert_eq!(problems, ["IMG_0002.jpg: no photo before it"], "a folder of its own has its own series");
    let without_time: (&str, &[&str], Option<&str>) = ("b/IMG_0003.jpg", &[OTHER], None);
    let (with_other_folder, _) = assign(&[wrapped, &[without_time]].concat(), BarcodePhoto::Last);
    assert_eq!(with_other_folder[1..], places, "a folder without times does not affect others");
}

/// Returns EXIF data with a time of exposure.
fn exif(time: &str, is_big: bool) -> Vec<u8> {
    let order: &[u8] = if is_big { b"MM\0\x2a" } else { b"II\x2a\0" };
    let short = |value: u16| if is_big { value.to_be_bytes() } else { value.to_le_bytes() };
    let long = |value: u32| if is_big { value.to_be_bytes() } else { value.to_le_bytes() };
    let entry = |tag, kind, count, value| [&short(tag)[..], &short(kind), &long(count), &long(value)].concat();
    let directory = |entry: Vec<u8>| [&short(1)[..], &entry, &long(0)].concat();
    let directories = [directory(entry(0x8769, 4, 1, 26)), directory(entry(0x9003, 2, 20, 44))].concat();
    [order, &long(8), &directories, time.as_bytes(), b"\0"].concat()
}

/// Returns a JPEG with this EXIF data.
fn with_exif(picture: &[u8], exif: &[u8]) -> Vec<u8> {
    let length = u16::try_from(exif.len() + 8).unwrap().to_be_bytes();
    [&picture[..2], &[0xff, 0xe1], &length, b"Exif\0\0", exif, &picture[2..]].concat()
}

/// Returns a JPEG that was taken at this time.
pub(super) fn taken_at(picture: &[u8], time: &str) -> Vec<u8> {
    with_exif(picture, &exif(time, true))
}

/// Returns a photo without a barcode.
pub(super) fn plain_photo(brightness: u8) -> Vec<u8> {
    jpeg(&GrayImage::from_pixel(600, 500, Luma([brightness])))
}

#[test]
fn the_time_of_a_photo_is_that_of_the_exposure() {
    let picture = jpeg(&GrayImage::from_pixel(64, 64, Luma([200])));
    for is_big in [true, false] {
        let tiff = exif("2024:03:18 14:30:22", is_big);
        let content = PictureContent::from_file(&with_exif(&picture, &tiff)).unwrap();
        assert_eq!(content.taken_at.as_deref(), Some("2024:03:18 14:30:22"), "big endian: {is_big}");
        let cut = with_exif(&picture, &tiff[..22]);
        assert_eq!(PictureContent::from_file(&cut).unwrap().taken_at, None);
    }
}
