//! Browses a bucket: one page of folders and objects at a time.
//! <https://cloud.google.com/storage/docs/json_api/v1/objects/list>

use futures::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::client::GcsClient;
use super::error::GcsError;
use super::json_api::JsonRequest;
use super::name::{BucketName, ObjectName};

/// One page of a bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectPage {
    /// Common prefixes of names, each up to and including the delimiter.
    pub folders: Vec<String>,
    pub objects: Vec<GcsObjectMetadata>,
    /// Token of the next page. A page may be short or empty and still have a next one.
    pub next_page_token: Option<String>,
}

/// Metadata of an object for display.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GcsObjectMetadata {
    /// Full name in the bucket.
    pub name: String,
    /// Size in bytes.
    #[serde(default, deserialize_with = "deserialize_number")]
    pub size: u64,
    /// Time of the last change.
    #[serde(default, deserialize_with = "deserialize_time")]
    pub updated: Option<Timestamp>,
    #[serde(default, deserialize_with = "deserialize_number")]
    pub generation: i64,
    /// Storage class: `STANDARD`, `NEARLINE` and so on.
    #[serde(default)]
    pub storage_class: String,
}

/// A page as the service sends it; fields without content are absent.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ListObjectsAnswer {
    items: Vec<GcsObjectMetadata>,
    prefixes: Vec<String>,
    next_page_token: String,
}

/// Page size: the service caps it at 1,000 items.
pub(super) const MAX_NAMES_PER_PAGE: &str = "1000";

/// The fields of an answer that are read.
const PAGE_FIELDS: &str = "nextPageToken,prefixes,items(name,size,updated,generation,storageClass)";

impl GcsClient {
    /// Returns one page of the names that begin with `prefix`, grouped into folders at `delimiter` (an empty one groups
    /// nothing), from `token` or from the first name on.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the request fails.
    pub async fn list_objects(
        &self,
        bucket: &BucketName,
        prefix: &str,
        delimiter: &str,
        token: Option<&str>,
    ) -> Result<ObjectPage, GcsError> {
        let mut request = list_request(bucket, prefix, MAX_NAMES_PER_PAGE);
        let grouping = Some(("delimiter", delimiter)).filter(|(_, delimiter)| !delimiter.is_empty());
        request.query.extend(grouping.into_iter().chain(token.map(|token| ("pageToken", token))));
        Ok(ObjectPage::new(self.fetch_page(request).await?, prefix))
    }

    /// Returns the metadata of the object with exactly this name, or `None` if it does not exist. Lists one name: an object is
    /// the first of the names that begin with its own.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the request fails.
    pub async fn find_object(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
    ) -> Result<Option<GcsObjectMetadata>, GcsError> {
        let page = self.fetch_page(list_request(bucket, object.as_str(), "1")).await?;
        Ok(page.items.into_iter().next().filter(|found| found.name == object.as_str()))
    }

    fn fetch_page<'a>(&'a self, request: JsonRequest<'a>) -> BoxFuture<'a, Result<ListObjectsAnswer, GcsError>> {
        Box::pin(async move {
            let context = self.error_context("roles/storage.objectViewer");
            self.get_json_paid(request, &context).await
        })
    }
}

fn list_request<'a>(bucket: &'a BucketName, prefix: &'a str, size: &'a str) -> JsonRequest<'a> {
    let query = vec![("prefix", prefix), ("maxResults", size), ("fields", PAGE_FIELDS)];
    JsonRequest { path: vec!["b", bucket.as_str(), "o"], query }
}

impl ObjectPage {
    fn new(page: ListObjectsAnswer, prefix: &str) -> Self {
        // A "folder" that was made in the web console is an object with an empty name in itself.
        let objects = page.items.into_iter().filter(|object| object.name != prefix);
        Self {
            folders: page.prefixes,
            objects: objects.collect(),
            next_page_token: Some(page.next_page_token).filter(|token| !token.is_empty()),
        }
    }
}

/// A number of 64 bits, which the service writes as text and some emulators as a number.
#[derive(Deserialize)]
#[serde(untagged)]
enum JsonNumber<T> {
    Number(T),
    Text(String),
}

fn deserialize_number<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + std::str::FromStr<Err = std::num::ParseIntError>,
{
    match JsonNumber::deserialize(deserializer)? {
        JsonNumber::Number(number) => Ok(number),
        JsonNumber::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

/// Reads a time; one that is not understood is not known.
fn deserialize_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(|text| text.parse().ok()))
}
