//! Describes I/O errors to people.

use std::io;

/// Describes an I/O error without the error number of the system.
pub fn describe_io_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is not a folder".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "its disk is read-only".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_system_has_no_number() {
        for (number, text) in [(2, "no such file or folder"), (13, "permission denied"), (21, "it is a folder")] {
            assert_eq!(describe_io_error(&io::Error::from_raw_os_error(number)), text);
        }
        assert_eq!(describe_io_error(&io::Error::other("the connection broke")), "the connection broke");
    }
}
