//! Google Cloud Storage: read a list at one generation, browse buckets page by page, write a new object.
//!
//! Reading is one protocol, the JSON API: the first answer carries the generation, and the client goes on at that
//! generation if the connection breaks. Browsing is gRPC, because the official client has no other listing.

mod buckets;
mod client;
mod credential_check;
mod credentials;
mod error;
mod list;
mod name;
mod read;
mod settings;
mod write;

pub use client::GcsClient;
pub use credential_check::{CredentialCheckError, check_credentials as credentials_seen};
pub use error::GcsError;
pub use list::{GcsObjectMetadata, ObjectPage};
pub use name::{BucketName, ObjectName, ParseGcsNameError};
pub use read::ObjectReader;
pub use settings::Settings;
