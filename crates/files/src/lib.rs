//! Files that several processes share: an advisory lock with a time limit, and writes that are whole or not at all.

mod atomic_write;
mod lock;
mod text_file;

pub use atomic_write::{AtomicFile, CompleteFile, CreateError, write_atomic, write_atomic_private};
pub use lock::{FileLock, LockError};
pub use text_file::read_text;
