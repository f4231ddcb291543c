//! The one integration binary: every test that uses a socket, a file or the program itself.

mod gcs;
mod intake;
