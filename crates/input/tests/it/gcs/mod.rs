//! Google Cloud Storage, imitated on loopback: what is read, what is refused, and what the operator is told.

mod bucket;
mod credentials;
mod listing;
mod over;
mod read;
mod refused;
