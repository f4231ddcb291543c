//! The buckets of a project.

use futures::future::BoxFuture;
use google_cloud_storage::model::ListBucketsResponse;

use super::client::GcsClient;
use super::error::GcsError;

/// Page size: the service returns at most this many buckets in one response.
const MAX_BUCKETS_PER_PAGE: i32 = 1_000;

impl GcsClient {
    /// Returns the names of all buckets of the project (`GOOGLE_CLOUD_PROJECT`), in the service's order, or `None` if no
    /// project is set.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the request fails. The account needs `storage.buckets.list` on the project (roles/storage.bucketViewer).
    pub fn list_buckets(&self) -> BoxFuture<'_, Result<Option<Vec<String>>, GcsError>> {
        Box::pin(self.list_all_buckets())
    }

    async fn list_all_buckets(&self) -> Result<Option<Vec<String>>, GcsError> {
        let Some(project) = self.settings.project.clone() else { return Ok(None) };
        let asked = self.error_context("roles/storage.bucketViewer");
        let (mut names, mut token) = (Vec::new(), String::new());
        loop {
            let request = self.control_client().await?.list_buckets();
            let request = request
                .set_parent(format!("projects/{project}"))
                .set_page_size(MAX_BUCKETS_PER_PAGE)
                .set_page_token(&token);
            let page: ListBucketsResponse = self.with_retry(&asked, || request.clone().send()).await?;
            names.extend(page.buckets.into_iter().map(|bucket| bucket.bucket_id));
            token = page.next_page_token;
            if token.is_empty() {
                return Ok(Some(names));
            }
        }
    }
}
