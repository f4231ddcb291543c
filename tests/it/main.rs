//! The one integration binary: every test that uses a socket, a file or the program itself.

mod journal;
mod report;
