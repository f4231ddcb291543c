//! Lists the buckets of a project. <https://cloud.google.com/storage/docs/json_api/v1/buckets/list>

use futures::future::BoxFuture;
use serde::Deserialize;

use super::client::GcsClient;
use super::error::GcsError;
use super::json_api::JsonRequest;
use super::list::{MAX_NAMES_PER_PAGE, PageTokens};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ListBucketsAnswer {
    items: Vec<BucketResource>,
    next_page_token: String,
}

#[derive(Deserialize)]
struct BucketResource {
    name: String,
}

impl GcsClient {
    /// Returns the names of all buckets of the project (`GOOGLE_CLOUD_PROJECT`), in the order of the service, or `None`
    /// if no project is set.
    ///
    /// # Errors
    /// Returns a [`GcsError`] if the request fails. The account needs `storage.buckets.list` on the project (roles/storage.bucketViewer).
    pub fn list_buckets(&self) -> BoxFuture<'_, Result<Option<Vec<String>>, GcsError>> {
        Box::pin(self.list_all_buckets())
    }

    async fn list_all_buckets(&self) -> Result<Option<Vec<String>>, GcsError> {
        let Some(project) = &self.settings.project else { return Ok(None) };
        let context = self.error_context("roles/storage.bucketViewer");
        let (mut names, mut token, mut tokens) = (Vec::new(), String::new(), PageTokens::default());
        loop {
            let mut query = vec![
                ("project", project.as_str()),
                ("maxResults", MAX_NAMES_PER_PAGE),
                ("fields", "nextPageToken,items(name)"),
            ];
            query.extend(Some(("pageToken", token.as_str())).filter(|(_, token)| !token.is_empty()));
            let page: ListBucketsAnswer = self.get_json(JsonRequest { path: vec!["b"], query }, None, &context).await?;
            names.extend(page.items.into_iter().map(|bucket| bucket.name));
            if page.next_page_token.is_empty() {
                return Ok(Some(names));
            }
            token = page.next_page_token;
            tokens.follow(&token)?;
        }
    }
}
