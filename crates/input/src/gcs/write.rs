//! Creates an object, or replaces the exact generation that the operator was shown.

use bytes::Bytes;
use futures::future::BoxFuture;

use super::client::{GcsClient, bucket_resource};
use super::error::{GcsError, GcsErrorContext};
use super::name::{BucketName, ObjectName};

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
        // Generation 0 means that no object of this name exists.
        let errors = GcsErrorContext { writes: true, ..self.error_context("roles/storage.objectCreator") };
        self.write_object(bucket, object, content, 0, &errors).await
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
        self.write_object(bucket, object, content, generation, &errors).await
    }

    fn write_object<'a>(
        &'a self,
        bucket: &'a BucketName,
        object: &'a ObjectName,
        content: Bytes,
        generation: i64,
        error_context: &'a GcsErrorContext,
    ) -> BoxFuture<'a, Result<i64, GcsError>> {
        Box::pin(async move {
            let write = || {
                let request = self.storage.write_object(bucket_resource(bucket), object.as_str(), content.clone());
                // Boxed, because the future is large.
                Box::pin(request.set_if_generation_match(generation).send_buffered())
            };
            Ok(self.with_retry_of_upload(error_context, content.len(), write).await?.generation)
        })
    }
}
