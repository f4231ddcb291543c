//! Converts a phone photo into a picture for eBay: upright, without metadata, at most 1600 pixels.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::barcode::read_barcodes;
use super::exif_time::read_time;
use domain::upc::Upc;

/// Longest side of an uploaded picture, in pixels. eBay requires at least 500 and recommends 1600 for zoom (picture
/// requirements).
const MAX_SIDE_PIXELS: u32 = 1_600;
const MIN_SIDE_PIXELS: u32 = 500;

/// Maximum side of a decoded file, in pixels. Together with the memory limit, it protects against hostile files.
const MAX_FILE_SIDE_PIXELS: u32 = 20_000;
const MAX_DECODE_BYTES: u64 = 600 * 1024 * 1024;

/// JPEG quality, from 1 to 100.
const JPEG_QUALITY: u8 = 90;

/// A picture that is ready to upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreparedPicture {
    /// JPEG without metadata, which could reveal where the photo was taken.
    pub jpeg: Vec<u8>,
    /// Width in pixels.
    pub width: u32,
    pub height: u32,
}

/// Barcodes and time of a photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureContent {
    /// Time at which the photo was taken, from its EXIF data: `2024:03:18 14:30:22`.
    pub taken_at: Option<String>,
    /// Barcodes in the picture.
    pub barcodes: Vec<Upc>,
}

impl PictureContent {
    /// Reads the time and the barcodes of a photo from the content of its file.
    ///
    /// # Errors
    /// Returns [`PictureError`], whose message says what the seller can do.
    pub fn from_file(bytes: &[u8]) -> Result<Self, PictureError> {
        let mut decoder = open_decoder(bytes)?;
        let exif = decoder.exif_metadata().ok().flatten();
        check_jpeg(bytes)?;
        let picture = DynamicImage::from_decoder(decoder)?;
        Ok(Self { taken_at: exif.as_deref().and_then(read_time), barcodes: read_barcodes(&picture) })
    }
}

/// Returns the time at which a photo was taken, from the EXIF data of its file; `None` if there is no time, or the file is
/// not a valid picture.
pub(super) fn read_taken_at(bytes: &[u8]) -> Option<String> {
    read_time(&open_decoder(bytes).ok()?.exif_metadata().ok()??)
}

/// Why a picture cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error(
        "it is a HEIC picture, which eBay does not accept: set the camera to JPEG (iPhone: Settings > Camera > Formats > \
         Most Compatible), or convert it to JPEG"
    )]
    Heic,
    #[error("it is neither JPEG nor PNG: convert it to JPEG")]
    OtherFormat,
    #[error("it cannot be read: {0}; take the photo again, or export it as JPEG")]
    Unreadable(#[from] image::ImageError),
    #[error("the file is incomplete: its end is missing; copy it again from the phone or camera")]
    Incomplete,
    #[error("the file is damaged: {0}; copy it again from the phone or camera, or take the photo again")]
    Damaged(#[from] DecodeErrors),
    #[error("it has {width} x {height} pixels; eBay needs {MIN_SIDE_PIXELS} on the longer side")]
    TooSmall { width: u32, height: u32 },
}

impl PreparedPicture {
    /// Prepares a picture from the content of its file.
    ///
    /// # Errors
    /// Returns [`PictureError`], whose message says what the seller can do.
    pub fn from_file(bytes: &[u8]) -> Result<Self, PictureError> {
        let picture = decode_upright(bytes)?;
        let (width, height) = (picture.width(), picture.height());
        if width.max(height) < MIN_SIDE_PIXELS {
            return Err(PictureError::TooSmall { width, height });
        }
        let picture = if width.max(height) > MAX_SIDE_PIXELS {
            picture.resize(MAX_SIDE_PIXELS, MAX_SIDE_PIXELS, FilterType::CatmullRom)
        } else {
            picture
        };
        let picture = flatten_to_rgb(picture);
        let mut jpeg = Vec::new();
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, JPEG_QUALITY))?;
        Ok(Self { jpeg, width: picture.width(), height: picture.height() })
    }
}

fn decode_upright(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let mut decoder = open_decoder(bytes)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    check_jpeg(bytes)?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn open_decoder(bytes: &[u8]) -> Result<impl ImageDecoder + '_, PictureError> {
    if is_heic(bytes) {
        return Err(PictureError::Heic);
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(image::ImageError::IoError)?;
    match reader.format() {
        Some(ImageFormat::Jpeg) if is_incomplete_jpeg(bytes) => return Err(PictureError::Incomplete),
        Some(ImageFormat::Jpeg | ImageFormat::Png) => {}
        _ => return Err(PictureError::OtherFormat),
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_FILE_SIDE_PIXELS);
    limits.max_image_height = Some(MAX_FILE_SIDE_PIXELS);
    limits.max_alloc = Some(MAX_DECODE_BYTES);
    reader.limits(limits.clone());
    let decoder = reader.into_decoder()?;
    // The JPEG decoder checks only the sides.
    limits.reserve(decoder.total_bytes())?;
    Ok(decoder)
}

/// Checks the image data of a JPEG up to its end. `image` shows gray where the data is damaged. Call it after the limits
/// were checked and before the picture is decoded, so that only one of the two pictures is in memory at a time.
fn check_jpeg(bytes: &[u8]) -> Result<(), PictureError> {
    if image::guess_format(bytes).ok() != Some(ImageFormat::Jpeg) {
        return Ok(());
    }
    let side = MAX_FILE_SIDE_PIXELS as usize;
    let options = DecoderOptions::default().set_strict_mode(true).set_max_width(side).set_max_height(side);
    JpegDecoder::new_with_options(ZCursor::new(bytes), options).decode()?;
    Ok(())
}

/// Returns true if a JPEG has image data without an end (markers in ITU T.81, B.1.1.3). The decoder fills the missing part
/// with gray. Segments before the image data are skipped, because they may contain a complete preview picture.
fn is_incomplete_jpeg(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];
    // The first two bytes start the image.
    let mut at = 2;
    while let Some([0xff, marker, length @ ..]) = bytes.get(at..at + 4) {
        if *marker == START_OF_SCAN {
            return !bytes[at..].windows(END_OF_IMAGE.len()).any(|pair| pair == END_OF_IMAGE);
        }
        let length = length.first_chunk().map_or(0, |length| u16::from_be_bytes(*length));
        at += if *marker == 0xff { 1 } else { 2 + usize::from(length) };
    }
    false
}

/// Returns true for the file type box of HEIC and HEIF (ISO/IEC 23008-12).
fn is_heic(bytes: &[u8]) -> bool {
    let brand = bytes.get(8..12).unwrap_or_default();
    bytes.get(4..8) == Some(b"ftyp") && [&b"heic"[..], b"heix", b"hevc", b"heim", b"mif1", b"msf1"].contains(&brand)
}

/// Puts transparent pixels on a white background, because a JPEG has no transparency.
fn flatten_to_rgb(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let over_white = |value: u8| {
            let (value, alpha) = (u16::from(value), u16::from(alpha));
            u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
        };
        image::Rgb([red, green, blue].map(over_white))
    })
}
