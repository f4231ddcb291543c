//! Reads text files that people edit.

use std::io;
use std::path::Path;

/// Reads a UTF-8 text file and removes a byte order mark.
///
/// # Errors
/// Returns the I/O error. If the file is not UTF-8 text (a picture, for example), the error message says what to do.
pub fn read_text(path: &Path) -> io::Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(io::Error::new(error.kind(), "it is not a text file in UTF-8; check the name, or save it as UTF-8"))
        }
        Err(error) => Err(error),
    }
}
