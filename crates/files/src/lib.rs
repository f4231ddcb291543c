//! File access shared by several processes: an advisory lock with a timeout, and atomic writes; and file access from
//! asynchronous code.

mod atomic_write;
mod blocking;
mod describe_error;
mod folder_check;
mod lock;
mod text_file;

pub use atomic_write::{AtomicFile, CompleteFile, CreateError, folder_of, write_atomic, write_atomic_private};
pub use blocking::run_blocking;
pub use describe_error::{describe_io_error, remove_error_numbers};
pub use folder_check::{check_folder_writable, create_inner_folder};
pub use lock::{FileLock, LockError};
pub use text_file::{line_number, read_text};
