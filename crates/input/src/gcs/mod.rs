//! Google Cloud Storage: read a list at one generation, browse buckets page by page, write a new object.
//!
//! Reading is one protocol, the JSON API: the first answer carries the generation, and the client goes on at that
//! generation if the connection breaks. Browsing is gRPC, because the official client has no other listing.

mod buckets;
mod client;
mod credentials;
mod error;
mod list;
mod name;
mod read;
mod seen;
mod settings;
mod write;

pub use client::Client;
pub use error::GcsError;
pub use list::{FoundObject, ObjectPage};
pub use name::{BadName, BucketName, ObjectName};
pub use read::Content;
pub use seen::{Unseen, seen as credentials_seen};
pub use settings::Settings;
