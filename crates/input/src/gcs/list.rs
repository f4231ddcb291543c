//! Browses a bucket: one page of folders and objects at a time.

use futures::future::BoxFuture;
use google_cloud_gax::options::RequestOptionsBuilder as _;
use google_cloud_storage::builder::storage_control::ListObjects;
use google_cloud_storage::model::{ListObjectsResponse, Object};
use jiff::Timestamp;

use super::client::{GcsClient, bucket_resource};
use super::error::GcsError;
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GcsObjectMetadata {
    /// Full name in the bucket.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// Time of the last change.
    pub updated: Option<Timestamp>,
    pub generation: i64,
    /// Storage class: `STANDARD`, `NEARLINE` and so on.
    pub storage_class: String,
}

/// Page size: the service caps it at 1,000 items.
const MAX_OBJECTS_PER_PAGE: i32 = 1_000;

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
        let request = self.build_list_request(bucket, prefix, MAX_OBJECTS_PER_PAGE).await?;
        let request = request.set_delimiter(delimiter).set_page_token(token.unwrap_or_default());
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
        let first = self
            .fetch_page(self.build_list_request(bucket, object.as_str(), 1).await?)
            .await?
            .objects
            .into_iter()
            .next();
        Ok(first.map(GcsObjectMetadata::from).filter(|found| found.name == object.as_str()))
    }

    async fn build_list_request(&self, bucket: &BucketName, prefix: &str, size: i32) -> Result<ListObjects, GcsError> {
        let request = self.control_client().await?.list_objects();
        Ok(request.set_parent(bucket_resource(bucket)).set_prefix(prefix).set_page_size(size))
    }

    fn fetch_page(&self, request: ListObjects) -> BoxFuture<'_, Result<ListObjectsResponse, GcsError>> {
        Box::pin(async move {
            let context = self.error_context("roles/storage.objectViewer");
            let send =
                |payer: Option<String>| payer.into_iter().fold(request.clone(), ListObjects::with_quota_project).send();
            self.with_requester_pays(&context, send).await
        })
    }
}

impl ObjectPage {
    fn new(page: ListObjectsResponse, prefix: &str) -> Self {
        // A "folder" that was made in the web console is an object with an empty name in itself.
        let objects = page.objects.into_iter().filter(|object| object.name != prefix);
        Self {
            folders: page.prefixes,
            objects: objects.map(GcsObjectMetadata::from).collect(),
            next_page_token: Some(page.next_page_token).filter(|token| !token.is_empty()),
        }
    }
}

impl From<Object> for GcsObjectMetadata {
    fn from(object: Object) -> Self {
        let updated = object.update_time.and_then(|time| Timestamp::new(time.seconds(), time.nanos()).ok());
        Self {
            name: object.name,
            size: u64::try_from(object.size).unwrap_or(0),
            updated,
            generation: object.generation,
            storage_class: object.storage_class,
        }
    }
}
