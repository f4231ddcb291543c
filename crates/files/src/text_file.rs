//! Reads text files that people edit.

use std::io;
use std::path::Path;

/// Returns the line, from 1, that holds the byte at `offset`.
pub fn line_number(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one_also_within_a_character_and_beyond_the_end() {
        for (offset, line) in [(0, 1), (1, 1), (3, 1), (4, 2), (99, 3)] {
            assert_eq!(line_number("aé\nb\n", offset), line, "{offset}");
        }
    }
}
