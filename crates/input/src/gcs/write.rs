//! Creates an object, or replaces the exact generation that the operator was shown.

use bytes::Bytes;
use serde::Deserialize;

use super::client::GcsClient;
use super::error::{GcsError, GcsErrorContext};
use super::json_api::ObjectUpload;
use super::list::deserialize_number;
use super::name::{BucketName, ObjectName};

/// The part of an object's metadata that the answer to an upload contains.
#[derive(Deserialize)]
struct WrittenObject {
    #[serde(deserialize_with = "deserialize_number")]
    generation: i64,
}

impl GcsClient {
    /// Creates an object and returns its generation.
    ///
    /// # Errors
    /// Returns [`GcsError::AlreadyExists`] if the name is taken (possibly by this very call, if its response was lost),
    /// and another [`GcsError`] if the request fails.
    pub async fn create_object(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        content: Bytes,
    ) -> Result<i64, GcsError> {
        let errors = GcsErrorContext { writes: true, ..self.error_context("roles/storage.objectCreator") };
        self.write_object(ObjectUpload { bucket, object, content, replaces: 0 }, &errors).await
    }

    /// Replaces one generation of an object and returns the new generation. Does not change an object that has been
    /// replaced or deleted.
    ///
    /// # Errors
    /// Returns [`GcsError::GenerationGone`] if the object now has another generation, and another [`GcsError`] if the
    /// request fails.
    pub async fn replace_object(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        content: Bytes,
        generation: i64,
    ) -> Result<i64, GcsError> {
        let role = self.error_context("roles/storage.objectUser");
        let errors = GcsErrorContext { generation: Some(generation), writes: true, ..role };
        self.write_object(ObjectUpload { bucket, object, content, replaces: generation }, &errors).await
    }

    async fn write_object(&self, upload: ObjectUpload<'_>, context: &GcsErrorContext) -> Result<i64, GcsError> {
        let limits = self.upload_timeouts(upload.content.len());
        let answer = self.api.upload(&upload, context, limits).await?;
        let written: WrittenObject = serde_json::from_slice(&answer).map_err(|_| GcsError::UnexpectedResponse)?;
        Ok(written.generation)
    }
}
