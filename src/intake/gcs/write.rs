//! Writes an object that is not there yet. What is there is never overwritten.

use bytes::Bytes;

use super::client::{Client, resource};
use super::error::GcsError;
use super::name::{BucketName, ObjectName};

impl Client {
    /// Writes a new object and answers with its generation.
    ///
    /// # Errors
    /// [`GcsError::AlreadyThere`] where there is one of this name, which may be our own if its answer was lost; and any
    /// other [`GcsError`].
    pub async fn write_new(&self, bucket: &BucketName, object: &ObjectName, content: Bytes) -> Result<i64, GcsError> {
        let asked = self.asked("roles/storage.objectCreator");
        let write = || {
            let request = self.storage.write_object(resource(bucket), object.as_str(), content.clone());
            // Generation 0 is "no object of this name". The future is large, so it lives on the heap.
            Box::pin(request.set_if_generation_match(0_i64).send_buffered())
        };
        Ok(self.patiently(&asked, write).await?.generation)
    }
}
