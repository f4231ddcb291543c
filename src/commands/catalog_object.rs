//! Reads a dump from Cloud Storage while it is downloaded.

use std::io::{self, Read};

use bytes::{Buf as _, Bytes};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::commands::error::UsageError;
use crate::config::Config;
use catalog::{DumpFile, checksum_file_name};
use input::Source;
use input::gcs::{BucketName, GcsClient, GcsError, ObjectName, ObjectReader};

/// Maximum number of downloaded chunks that wait for the import.
const WAITING_CHUNKS: usize = 16;

/// Maximum size of a checksum file; the real ones have four lines.
const MAX_CHECKSUM_BYTES: usize = 64 * 1024;

/// Maximum number of attempts to resume the download without a byte that arrives: about two minutes. An import takes
/// long, so a break of the network should not end it.
const MAX_RESUMPTIONS: u32 = 12;

/// Opens a dump at `gs://bucket/object` and the checksum file next to it. The download runs on `runtime`.
pub(super) fn open_dump_object(
    config: &Config,
    runtime: &tokio::runtime::Runtime,
    address: &str,
) -> anyhow::Result<DumpFile> {
    let source = address.parse::<Source>().map_err(|error| UsageError(error.to_string()))?;
    let Source::Gcs { bucket, object, generation } = source else {
        return Err(UsageError(format!("{address} is not an object in Cloud Storage")).into());
    };
    let name = object.as_str().rsplit('/').next().unwrap_or_default().to_owned();
    let settings = config.section::<input::Settings>("intake")?;
    runtime.block_on(async {
        let client = GcsClient::connect(&settings.gcs).await?;
        let checksums = read_checksums(&client, &bucket, object.as_str(), &name).await?;
        let reader = client.open_object(&bucket, &object, generation).await;
        let reader = reader.map_err(|error| object_error(address, &error))?.with_max_resumptions(MAX_RESUMPTIONS);
        let size = reader.size;
        let (sender, chunks) = channel(WAITING_CHUNKS);
        tokio::spawn(send_chunks(client, reader, sender));
        let dump = DumpFile::from_stream(&name, Box::new(ChunkReader { chunks, current: Bytes::new() }));
        let dump = if size > 0 { dump.with_size(size) } else { dump };
        Ok(checksums.iter().fold(dump, |dump, text| dump.with_checksums(text)))
    })
}

/// Returns the error for a dump that cannot be opened. A wrong address is an error of the command, like a wrong path.
fn object_error(address: &str, error: &GcsError) -> anyhow::Error {
    let is_wrong_address =
        matches!(error, GcsError::ObjectNotFound { .. } | GcsError::BucketNotFound | GcsError::GenerationGone { .. });
    let message = format!("cannot read {address}: {error}");
    if is_wrong_address { UsageError(message).into() } else { anyhow::Error::msg(message) }
}

/// Returns the content of the checksum file next to the dump; `None` if there is none.
async fn read_checksums(
    client: &GcsClient,
    bucket: &BucketName,
    object: &str,
    name: &str,
) -> Result<Option<String>, GcsError> {
    let folder = object.strip_suffix(name).unwrap_or_default();
    let Ok(file) = format!("{folder}{}", checksum_file_name(name)).parse::<ObjectName>() else { return Ok(None) };
    let mut reader = match client.open_object(bucket, &file, None).await {
        Ok(reader) => reader,
        Err(GcsError::ObjectNotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut text = Vec::new();
    while let Some(chunk) = reader.next_chunk().await? {
        text.extend_from_slice(&chunk);
        if text.len() > MAX_CHECKSUM_BYTES {
            break;
        }
    }
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

/// Sends the object in chunks. Stops early if the receiver is dropped.
async fn send_chunks(client: GcsClient, mut reader: ObjectReader, sender: Sender<io::Result<Bytes>>) {
    loop {
        let chunk = match reader.next_chunk().await {
            Ok(Some(chunk)) => Ok(chunk),
            Ok(None) => break,
            Err(error) => Err(io::Error::other(error.to_string())),
        };
        let is_last = chunk.is_err();
        if sender.send(chunk).await.is_err() || is_last {
            break;
        }
    }
    drop(client);
}

/// Blocking reader over the chunks of a download.
struct ChunkReader {
    chunks: Receiver<io::Result<Bytes>>,
    current: Bytes,
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.chunks.blocking_recv() {
                Some(chunk) => self.current = chunk?,
                None => return Ok(0),
            }
        }
        let count = self.current.len().min(buffer.len());
        self.current.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
