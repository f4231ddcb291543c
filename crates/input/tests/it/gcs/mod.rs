//! Reading from a simulated Google Cloud Storage: objects, refusals and their messages.

mod bucket;
mod credentials;
mod listing;
mod over;
mod read;
mod refused;
