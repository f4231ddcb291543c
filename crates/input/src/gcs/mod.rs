//! Google Cloud Storage: reads a list at one generation, browses buckets page by page, and writes objects.
//!
//! Only the credentials come from Google's own library. Its storage client would be a seventh of the build time of all
//! dependencies, because it compiles the gRPC interface of the whole service, also for listings.

mod address;
mod bucket_folder;
mod buckets;
mod client;
mod connection_failure;
mod credential_check;
mod credentials;
mod error;
mod json_api;
mod list;
mod name;
mod read;
mod settings;
mod write;

pub(crate) use address::{parse_web_address, split_generation};
pub use bucket_folder::{BucketFolder, InvalidBucketFolder};
pub use client::GcsClient;
pub use connection_failure::ConnectionFailure;
pub use credential_check::{CredentialCheckError, check_credentials as credentials_seen};
pub use error::GcsError;
pub use list::{GcsObjectMetadata, ObjectPage};
pub use name::{BucketName, ObjectName, ParseGcsNameError};
pub use read::ObjectReader;
pub use settings::Settings;
