//! Writes an object that is not there yet, or over exactly the generation that somebody has seen.

use bytes::Bytes;

use super::client::{Client, resource};
use super::error::{Asked, GcsError};
use super::name::{BucketName, ObjectName};

impl Client {
    /// Writes a new object and answers with its generation.
    ///
    /// # Errors
    /// [`GcsError::AlreadyThere`] where there is one of this name, which may be our own if its answer was lost; and any
    /// other [`GcsError`].
    pub async fn write_new(&self, bucket: &BucketName, object: &ObjectName, content: Bytes) -> Result<i64, GcsError> {
        // Generation 0 is "no object of this name".
        let asked = self.asked("roles/storage.objectCreator");
        self.write(bucket, object, content, 0, &asked).await
    }

    /// Writes over one generation of an object and answers with the new one. An object that is another one by now, or
    /// none, is left as it is.
    ///
    /// # Errors
    /// [`GcsError::Gone`] where that generation is no longer the object, and any other [`GcsError`].
    pub async fn write_over(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        content: Bytes,
        generation: i64,
    ) -> Result<i64, GcsError> {
        let asked = Asked { generation: Some(generation), ..self.asked("roles/storage.objectUser") };
        self.write(bucket, object, content, generation, &asked).await
    }

    async fn write(
        &self,
        bucket: &BucketName,
        object: &ObjectName,
        content: Bytes,
        generation: i64,
        asked: &Asked,
    ) -> Result<i64, GcsError> {
        let write = || {
            let request = self.storage.write_object(resource(bucket), object.as_str(), content.clone());
            // The future is large, so it lives on the heap.
            Box::pin(request.set_if_generation_match(generation).send_buffered())
        };
        Ok(self.patiently(asked, write).await?.generation)
    }
}
