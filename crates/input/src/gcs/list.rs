//! Browses a bucket: one page of folders and objects at a time.
//! <https://cloud.google.com/storage/docs/json_api/v1/objects/list>

use std::collections::HashSet;

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
    /// Common prefixes of names, each ending with the delimiter.
    pub folders: Vec<String>,
    pub objects: Vec<GcsObjectMetadata>,
    /// Token of the next page. Even a short or empty page may have a next one.
    pub next_page_token: Option<String>,
}

/// Metadata of an object for display.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GcsObjectMetadata {
    /// Full name of the object in the bucket.
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

/// A page as the service sends it; empty fields are absent.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ListObjectsAnswer {
    items: Vec<GcsObjectMetadata>,
    prefixes: Vec<String>,
    next_page_token: String,
}

/// Page size; the service limits a page to 1,000 items.
pub(super) const MAX_NAMES_PER_PAGE: &str = "1000";

/// Maximum pages of a list: ten million names.
const MAX_PAGES: usize = 10_000;

/// The page tokens of a list so far.
#[derive(Default)]
pub(super) struct PageTokens(HashSet<String>);

impl PageTokens {
    /// Records the token of the next page.
    ///
    /// # Errors
    /// Returns [`GcsError::UnexpectedResponse`] if the list leads back to an earlier page or has too many pages.
    pub(super) fn follow(&mut self, token: &str) -> Result<(), GcsError> {
        let is_new = self.0.insert(token.to_owned());
        if is_new && self.0.len() < MAX_PAGES { Ok(()) } else { Err(GcsError::UnexpectedResponse) }
    }
}

/// Requested fields of an answer.
const PAGE_FIELDS: &str = "nextPageToken,prefixes,items(name,size,updated,generation,storageClass)";

impl GcsClient {
    /// Returns one page of names that begin with `prefix`. Names are grouped into folders at `delimiter` (empty: no
    /// grouping). The page begins at `token`, or at the first name.
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

    /// Returns all names that begin with `prefix`, grouped like [`Self::list_objects`].
    ///
    /// # Errors
    /// Returns a [`GcsError`] if a request fails, and [`GcsError::UnexpectedResponse`] if the list does not end.
    pub async fn list_all_objects(
        &self,
        bucket: &BucketName,
        prefix: &str,
        delimiter: &str,
    ) -> Result<ObjectPage, GcsError> {
        let (mut all, mut tokens) = (ObjectPage::default(), PageTokens::default());
        loop {
            let page = self.list_objects(bucket, prefix, delimiter, all.next_page_token.as_deref()).await?;
            all.folders.extend(page.folders);
            all.objects.extend(page.objects);
            all.next_page_token = page.next_page_token;
            let Some(token) = &all.next_page_token else { return Ok(all) };
            tokens.follow(token)?;
        }
    }

    /// Returns the metadata of the object with exactly this name, or `None` if it does not exist. Lists a single name,
    /// because an object comes first among the names that begin with its own.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the request fails.
    pub async fn find_object(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
    ) -> Result<Option<GcsObjectMetadata>, GcsError> {
        let (mut token, mut tokens) = (String::new(), PageTokens::default());
        loop {
            let mut request = list_request(bucket, object.as_str(), "1");
            request.query.extend(Some(("pageToken", token.as_str())).filter(|(_, token)| !token.is_empty()));
            let page = self.fetch_page(request).await?;
            if !page.items.is_empty() || page.next_page_token.is_empty() {
                return Ok(page.items.into_iter().next().filter(|found| found.name == object.as_str()));
            }
            // A page may be empty although more follow.
            tokens.follow(&page.next_page_token)?;
            token = page.next_page_token;
        }
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
        // A "folder" created in the web console is an object whose name is the prefix itself.
        let objects = page.items.into_iter().filter(|object| object.name != prefix);
        Self {
            folders: page.prefixes,
            objects: objects.collect(),
            next_page_token: Some(page.next_page_token).filter(|token| !token.is_empty()),
        }
    }
}

/// A 64-bit number, which the service sends as text and some emulators send as a number.
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

/// Deserializes a time; `None` if it cannot be parsed.
fn deserialize_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.and_then(|text| text.parse().ok()))
}
