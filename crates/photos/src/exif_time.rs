//! Reads the time of a photo from its EXIF data (CIPA DC-008: TIFF structure in 4.5, `DateTimeOriginal` in 4.6.5).

/// Tag of the pointer to the EXIF directory, in the first directory.
const EXIF_DIRECTORY_TAG: u16 = 0x8769;
/// Tag of `DateTimeOriginal`, in the EXIF directory.
const TIME_TAG: u16 = 0x9003;
/// Length of a directory entry in bytes: tag, type, count and value.
const ENTRY_LEN: usize = 12;
/// Length of a time such as `2024:03:18 14:30:22`, in bytes.
const TIME_LEN: usize = 19;

/// Returns the time as the camera wrote it, which sorts by time: `2024:03:18 14:30:22`. `None` if there is no valid
/// time.
pub(super) fn read_time(exif: &[u8]) -> Option<String> {
    let tiff = Tiff { bytes: exif, is_little_endian: exif.starts_with(b"II") };
    let directory = tiff.value(tiff.number(4)?, EXIF_DIRECTORY_TAG)?;
    let at = tiff.value(directory, TIME_TAG)?;
    let time = exif.get(at..at.checked_add(TIME_LEN)?)?;
    let is_time = time.iter().enumerate().all(|(index, byte)| match index {
        4 | 7 | 13 | 16 => *byte == b':',
        10 => *byte == b' ',
        _ => byte.is_ascii_digit(),
    });
    (is_time && !time.starts_with(b"0000")).then(|| String::from_utf8_lossy(time).into_owned())
}

/// EXIF data as a TIFF structure with its byte order.
struct Tiff<'a> {
    bytes: &'a [u8],
    is_little_endian: bool,
}

impl Tiff<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.is_little_endian { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn number(&self, at: usize) -> Option<usize> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let number = if self.is_little_endian { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
        usize::try_from(number).ok()
    }

    /// Returns the value of a tag in the directory at this offset: a number, or the offset of a text.
    fn value(&self, directory: usize, tag: u16) -> Option<usize> {
        let entries = (0..usize::from(self.short(directory)?)).map(|number| directory + 2 + number * ENTRY_LEN);
        let entry = entries.into_iter().find(|entry| self.short(*entry) == Some(tag))?;
        self.number(entry + 8)
    }
}
