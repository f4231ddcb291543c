//! Reads files that a person has edited.

use std::io;
use std::path::Path;

/// Reads a text file, without a byte order mark at its beginning.
///
/// # Errors
/// Returns the error of the file system. The one for a file that is not UTF-8, such as a picture, says what to do.
pub fn read_text(path: &Path) -> io::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(io::Error::new(error.kind(), "it is not a text file in UTF-8; check the name, or save it as UTF-8"))
        }
        Err(error) => Err(error),
    }
}
