//! Google Cloud Storage: reads a list at one generation, browses buckets page by page, and writes objects.
//!
//! Reading uses the JSON API of the official client: the first response contains the generation, and if the connection
//! breaks, the client continues at that generation. Browsing uses `json_api`: the official client lists only over
//! gRPC, all of whose methods would have to be compiled.
//!
//! Functions that poll the official client return a [`BoxFuture`](futures::future::BoxFuture) instead of being `async`:
//! the body of an `async` function is compiled again in every crate that awaits it, and that client is large.

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
