//! Reads from a simulated Google Cloud Storage: objects, errors and their messages.

mod bucket;
mod credentials;
mod errors;
mod listing;
mod overwriting;
mod read;
