//! The same reports for a reader on the other end of a connection: piece by piece, so that a job of a million items is
//! never in memory as one text.

use parking_lot::Mutex;
use std::io::{self, Write};
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};

use super::csv::CsvReport;
use super::entry::ResultEntry;
use super::json::{JsonLayout, JsonReport};
use super::totals::{Summary, Totals};
use domain::item_details::ItemDetails;

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    Json(JsonLayout),
    Csv,
}

/// Bytes of a piece at least; the last may have fewer.
const MIN_CHUNK_BYTES: usize = 64 << 10;

/// The report in pieces.
pub fn stream_report<E: std::error::Error + Send + Sync + 'static>(
    form: ReportFormat,
    totals: Totals,
    all_details: BoxStream<'static, Result<ItemDetails, E>>,
) -> BoxStream<'static, io::Result<Bytes>> {
    let begin = async move { ReportStream::new(form, &totals, all_details).map(Some) };
    stream::once(begin)
        .map(|begun| {
            stream::try_unfold(begun, |under_way| async {
                match under_way? {
                    Some(under_way) => under_way.next_chunk().await.map(|(item, rest)| Some((item, Ok(rest)))),
                    None => Ok(None),
                }
            })
        })
        .flatten()
        .boxed()
}

/// What a report has written and nobody has taken yet.
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
    items: BoxStream<'static, Result<ItemDetails, E>>,
}

impl<E: std::error::Error + Send + Sync + 'static> ReportStream<E> {
    fn new(
        form: ReportFormat,
        totals: &Totals,
        all_details: BoxStream<'static, Result<ItemDetails, E>>,
    ) -> io::Result<Self> {
        let spill = SharedBuffer::default();
        let report = match form {
            ReportFormat::Json(layout) => ReportWriter::Json(JsonReport::with_layout(spill.clone(), totals, layout)?),
            ReportFormat::Csv => ReportWriter::Csv(Box::new(CsvReport::new(spill.clone())?)),
        };
        Ok(Self { writer: report, buffer: spill, summary: totals.summary().clone(), items: all_details })
    }

    /// The next piece, and the rest where there is one.
    async fn next_chunk(mut self) -> io::Result<(Bytes, Option<Self>)> {
        while self.buffer.len() < MIN_CHUNK_BYTES {
            let Some(details) = self.items.next().await else {
                let spill = self.buffer.clone();
                self.finish()?;
                return Ok((spill.take_bytes(), None));
            };
            self.add_item(&details.map_err(io::Error::other)?)?;
        }
        Ok((self.buffer.take_bytes(), Some(self)))
    }

    fn add_item(&mut self, details: &ItemDetails) -> io::Result<()> {
        self.summary.count_failures(&details.unavailable_providers);
        let Some(entry) = ResultEntry::from_details(details) else { return Ok(()) };
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
