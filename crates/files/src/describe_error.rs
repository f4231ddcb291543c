//! Describes I/O errors to people.

use std::io;

/// Describes an I/O error in the words of all messages, without the error number of the system.
pub fn describe_io_error(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "it, or a part of its path, is not a folder".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "its disk is read-only".to_owned(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        io::ErrorKind::AlreadyExists => "it already exists".to_owned(),
        io::ErrorKind::ConnectionRefused => "the connection was refused".to_owned(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => "the connection was closed".to_owned(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
            "the network does not reach it".to_owned()
        }
        io::ErrorKind::TimedOut => "no answer in time".to_owned(),
        io::ErrorKind::AddrInUse => "another program uses this address".to_owned(),
        io::ErrorKind::AddrNotAvailable => "this machine does not have this address".to_owned(),
        _ => remove_error_numbers(&error.to_string()),
    }
}

/// Removes the error numbers of the system, such as ` (os error 22)`, from the message of a library.
pub fn remove_error_numbers(message: &str) -> String {
    let mut parts = message.split(" (os error ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once(')').map_or("", |(_, rest)| rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_the_system_has_no_number() {
        for (number, text) in [(2, "no such file or folder"), (13, "permission denied"), (21, "it is a folder")] {
            assert_eq!(describe_io_error(&io::Error::from_raw_os_error(number)), text);
        }
        for number in 1..134 {
            let text = describe_io_error(&io::Error::from_raw_os_error(number));
            assert!(!text.is_empty() && !text.contains("os error"), "{number}: {text}");
        }
        assert_eq!(describe_io_error(&io::Error::other("the connection broke")), "the connection broke");
    }

    #[test]
    fn error_numbers_within_a_message_are_removed() {
        for (message, text) in [
            ("File exists (os error 17)", "File exists"),
            ("Bad address (os error 14) at path \"x\": again (os error 5)", "Bad address at path \"x\": again"),
            ("broken (os error ", "broken"),
        ] {
            assert_eq!(remove_error_numbers(message), text);
        }
    }
}
