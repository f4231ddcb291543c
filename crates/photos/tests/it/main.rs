//! Names of photo files, and photos as phones produce them.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "pixels")]

mod intake;
mod series;
mod source;

use std::io::Cursor;

use draft_maker_photos as photos;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GenericImageView as _, ImageError, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use photos::{FileKind, PhotoSubject, PictureError, PreparedPicture};

/// Formats the most likely interpretation of a name as `720642442524#1 @2`: the item, the copy and the position.
fn read_name(name: &str) -> String {
    match FileKind::from_name(name) {
        FileKind::Photo(photo) => match &photo.subjects[0] {
            (PhotoSubject::Copy(upc, copy), position) => format!("{upc}#{copy} @{position}"),
            (PhotoSubject::OwnSku(sku), position) => format!("{sku} @{position}"),
        },
        FileKind::OtherPicture(ending) => format!("other {ending}"),
        FileKind::Other => "none".to_owned(),
    }
}

#[test]
fn names_have_the_item_and_the_order() {
    for (name, meaning) in [
        ("720642442524.jpg", "720642442524#1 @1"),
        ("720642442524_2.jpg", "720642442524#1 @2"),
        ("720642442524-3.PNG", "720642442524#1 @3"),
        ("720642442524 (12).jpeg", "720642442524#1 @12"),
        ("720642442524_back.jpg", "720642442524#1 @1000"),
        ("720642442524b.jpg", "720642442524#1 @2"),
        ("720642442524-20240318143022.jpg", "720642442524#1 @1000"),
        ("0720642442524_1.jpg", "720642442524#1 @1"),
        ("DM0720642442524.jpg", "720642442524#1 @1"),
        ("dm0720642442524C2_4.jpg", "720642442524#2 @4"),
        ("Box14DM0720642442524_3.jpg", "720642442524#1 @3"),
        ("14bDM0720642442524C2.jpg", "720642442524#2 @1"),
        ("A-77.jpg", "a-77 @1"),
        ("IMG_20240318_143022.jpg", "img_20240318_143022 @1"),
        ("720642442525.jpg", "720642442525 @1"),
        // The date in the name is a valid EAN-8.
        ("20240103_143022.jpg", "20240103_143022 @1"),
        // The milliseconds since 1970 have the check digit of an EAN-13.
        ("1710768622008.jpg", "1710768622008 @1"),
        ("720642442524.heic", "other heic"),
        ("cover.webp", "other webp"),
        ("notes.txt", "none"),
        (".DS_Store", "none"),
        ("._720642442524.jpg", "none"),
        ("README", "none"),
    ] {
        assert_eq!(read_name(name), meaning, "{name}");
    }
    let FileKind::Photo(numbered) = FileKind::from_name("A-77 (2).jpg") else { panic!("a photo") };
    assert_eq!(numbered.subjects[1], (PhotoSubject::OwnSku("a-77".to_owned()), 2));
}

/// Returns a blue picture with a red upper left corner.
fn marked_picture(width: u32, height: u32) -> RgbImage {
    let is_marked = |x: u32, y: u32| x < width / 4 && y < height / 4;
    RgbImage::from_fn(width, height, |x, y| if is_marked(x, y) { Rgb([250, 10, 10]) } else { Rgb([10, 10, 250]) })
}

/// Encodes the picture as a JPEG with this orientation and a location in its EXIF data.
fn phone_jpeg(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut jpeg = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 90)).unwrap();
    // TIFF header (big endian), one entry: tag 0x0112 (orientation), type 3 (short), count 1.
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif.extend(b"GPS 52.5200 N 13.4050 E");
    let mut marked = jpeg[..2].to_vec();
    marked.extend([0xff, 0xe1]);
    marked.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    marked.extend(&exif);
    marked.extend(&jpeg[2..]);
    marked
}

fn decode(jpeg: &[u8]) -> DynamicImage {
    image::load_from_memory_with_format(jpeg, ImageFormat::Jpeg).unwrap()
}

#[test]
fn photos_are_upright_small_and_without_metadata() {
    let photo = phone_jpeg(&marked_picture(2400, 1200), 6);
    let prepared = PreparedPicture::from_file(&photo).unwrap();
    assert_eq!((prepared.width, prepared.height), (800, 1600), "turned by 90 degrees, at most 1600 pixels");
    let picture = decode(&prepared.jpeg);
    assert!(picture.get_pixel(780, 20)[0] > 200, "the red corner is at the upper right now");
    assert!(picture.get_pixel(20, 20)[0] < 50);
    let has = |wanted: &[u8]| prepared.jpeg.windows(wanted.len()).any(|part| part == wanted);
    assert!(!has(b"Exif") && !has(b"GPS"));
    assert_eq!(PreparedPicture::from_file(&photo).unwrap(), prepared, "the same file is the same picture");
}

#[test]
fn transparent_parts_become_white() {
    let mut png = Vec::new();
    let clear = RgbaImage::from_pixel(600, 600, Rgba([0, 0, 0, 0]));
    clear.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
    let prepared = PreparedPicture::from_file(&png).unwrap();
    assert!(decode(&prepared.jpeg).get_pixel(300, 300).0[..3].iter().all(|value| *value > 250));
}

#[test]
fn unusable_files_are_reported_with_a_fix() {
    let refused = |content: &[u8]| PreparedPicture::from_file(content).unwrap_err();
    let heic = refused(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    assert!(matches!(heic, PictureError::Heic) && heic.to_string().contains("Most Compatible"), "{heic}");
    assert!(matches!(refused(b"GIF89a\x01\0\x01\0"), PictureError::OtherFormat));
    assert!(matches!(refused(b""), PictureError::OtherFormat));
    let whole = phone_jpeg(&marked_picture(800, 600), 1);
    assert!(matches!(refused(&whole[..300]), PictureError::Unreadable(_)));
    for missing in [2, whole.len() / 3] {
        assert!(matches!(refused(&whole[..whole.len() - missing]), PictureError::Incomplete), "{missing} bytes");
    }
    let with_preview = [&whole[..2], &[0xff, 0xe5, 0, 4, 0xff, 0xd9], &whole[2..whole.len() - 2]].concat();
    assert!(matches!(refused(&with_preview), PictureError::Incomplete), "only its preview is complete");
    assert!(PreparedPicture::from_file(&[&whole[..], b"video of a motion photo"].concat()).is_ok());
    let mut huge = whole.clone();
    let start_of_frame = huge.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    for side in [5, 7] {
        huge[start_of_frame + side..][..2].copy_from_slice(&20_000_u16.to_be_bytes());
    }
    assert!(matches!(refused(&huge), PictureError::Unreadable(ImageError::Limits(_))), "{}", refused(&huge));
    let small = refused(&phone_jpeg(&marked_picture(320, 240), 1)).to_string();
    assert!(small.contains("320 x 240") && small.contains("500"), "{small}");
}

/// The data has no checksum, so only data that is not a picture is found.
#[test]
fn damage_in_the_middle_of_a_jpeg_is_found() {
    let whole = phone_jpeg(&marked_picture(1200, 900), 1);
    let mut damaged = whole.clone();
    let middle = whole.len() / 2;
    damaged[middle..middle + 300].fill(0xff);
    assert!(PreparedPicture::from_file(&whole).is_ok());
    let error = PreparedPicture::from_file(&damaged).unwrap_err();
    assert!(matches!(error, PictureError::Damaged(_)), "{error}");
    assert!(error.to_string().contains("copy it again"), "{error}");
}
