//! Writes an object that is not there yet, or over exactly the generation that somebody has seen.

use bytes::Bytes;

use super::client::{GcsClient, bucket_resource};
use super::error::{GcsError, GcsErrorContext};
use super::name::{BucketName, ObjectName};

impl GcsClient {
    /// Writes a new object and answers with its generation.
    ///
    /// # Errors
    /// [`GcsError::AlreadyThere`] where there is one of this name, which may be our own if its answer was lost; and any
    /// other [`GcsError`].
    pub async fn create_object(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        content: Bytes,
    ) -> Result<i64, GcsError> {
        // Generation 0 is "no object of this name".
        let asked = self.error_context("roles/storage.objectCreator");
        self.write_object(bucket, object, content, 0, &asked).await
    }

    /// Writes over one generation of an object and answers with the new one. An object that is another one by now, or
    /// none, is left as it is.
    ///
    /// # Errors
    /// [`GcsError::Gone`] where that generation is no longer the object, and any other [`GcsError`].
    pub async fn replace_object(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        content: Bytes,
        generation: i64,
    ) -> Result<i64, GcsError> {
        let asked = GcsErrorContext { generation: Some(generation), ..self.error_context("roles/storage.objectUser") };
        self.write_object(bucket, object, content, generation, &asked).await
    }

    async fn write_object(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        content: Bytes,
        generation: i64,
        asked: &GcsErrorContext,
    ) -> Result<i64, GcsError> {
        let write = || {
            let request = self.storage.write_object(bucket_resource(bucket), object.as_str(), content.clone());
            // The future is large, so it lives on the heap.
            Box::pin(request.set_if_generation_match(generation).send_buffered())
        };
        Ok(self.with_retry(asked, write).await?.generation)
    }
}
