//! Streams a report to an HTTP client in chunks, so that a large report is never in memory as a whole.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use parking_lot::Mutex;

use super::csv::CsvReport;
use super::entry::ResultEntry;
use super::json::{JsonLayout, JsonReport};
use super::totals::{Summary, Totals};
use domain::copy_description::CopyDescription;
use domain::item_details::ItemDetails;

/// Format and layout of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    Json(JsonLayout),
    Csv,
}

/// Minimum size of a chunk, in bytes. The last chunk may be smaller.
const MIN_CHUNK_BYTES: usize = 64 << 10;

/// Streams the report in chunks of at least 64 KiB. If an item cannot be read, the stream yields an error and ends.
pub fn stream_report<E: std::error::Error + Send + Sync + 'static>(
    format: ReportFormat,
    totals: Totals,
    all_details: BoxStream<'static, Result<ItemDetails, E>>,
) -> BoxStream<'static, io::Result<Bytes>> {
    let begin = async move { ReportStream::new(format, &totals, all_details).map(Some) };
    stream::once(begin)
        .map(|start| {
            stream::try_unfold(start, |report| async {
                match report? {
                    Some(report) => report.next_chunk().await.map(|(chunk, rest)| Some((chunk, Ok(rest)))),
                    None => Ok(None),
                }
            })
        })
        .flatten()
        .boxed()
}

/// Buffer shared by the report writer and the HTTP body stream.
#[derive(Clone, Default)]
struct SharedBuffer(Arc<Mutex<Vec<u8>>>);

impl SharedBuffer {
    fn len(&self) -> usize {
        self.0.lock().len()
    }

    fn take_bytes(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock()).into()
    }
}

impl Write for SharedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum ReportWriter {
    Json(JsonReport<SharedBuffer>),
    Csv(Box<CsvReport<SharedBuffer>>),
}

struct ReportStream<E> {
    writer: ReportWriter,
    buffer: SharedBuffer,
    summary: Summary,
    copy_defaults: CopyDescription,
    items: BoxStream<'static, Result<ItemDetails, E>>,
}

impl<E: std::error::Error + Send + Sync + 'static> ReportStream<E> {
    fn new(
        format: ReportFormat,
        totals: &Totals,
        all_details: BoxStream<'static, Result<ItemDetails, E>>,
    ) -> io::Result<Self> {
        let buffer = SharedBuffer::default();
        let writer = match format {
            ReportFormat::Json(layout) => ReportWriter::Json(JsonReport::with_layout(buffer.clone(), totals, layout)?),
            ReportFormat::Csv => ReportWriter::Csv(Box::new(CsvReport::new(buffer.clone())?)),
        };
        Ok(Self {
            writer,
            buffer,
            summary: totals.summary().clone(),
            copy_defaults: totals.copy_defaults().clone(),
            items: all_details,
        })
    }

    /// Returns the next chunk, and the rest of the report unless this is the last chunk.
    async fn next_chunk(mut self) -> io::Result<(Bytes, Option<Self>)> {
        while self.buffer.len() < MIN_CHUNK_BYTES {
            let Some(details) = self.items.next().await else {
                let buffer = self.buffer.clone();
                self.finish()?;
                return Ok((buffer.take_bytes(), None));
            };
            self.add_item(&details.map_err(io::Error::other)?)?;
        }
        Ok((self.buffer.take_bytes(), Some(self)))
    }

    fn add_item(&mut self, details: &ItemDetails) -> io::Result<()> {
        self.summary.count_failures(&details.unavailable_providers);
        let Some(entry) = ResultEntry::from_details(details, &self.copy_defaults) else { return Ok(()) };
        match &mut self.writer {
            ReportWriter::Json(report) => report.write_entry(&entry),
            ReportWriter::Csv(report) => report.write_entry(&entry),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self.writer {
            ReportWriter::Json(report) => report.finish(&self.summary).map(drop),
            ReportWriter::Csv(report) => report.finish().map(drop),
        }
    }
}
