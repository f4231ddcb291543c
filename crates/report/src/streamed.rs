//! The same reports for a reader on the other end of a connection: piece by piece, so that a job of a million items is
//! never in memory as one text.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};

use super::csv::CsvReport;
use super::entry::ResultEntry;
use super::json::{JsonReport, Layout};
use super::totals::{Summary, Totals};
use domain::dossier::Dossier;

/// Which report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Json(Layout),
    Csv,
}

/// Bytes of a piece at least; the last may have fewer.
const PIECE: usize = 64 << 10;

/// The report in pieces.
pub fn streamed<E: std::error::Error + Send + Sync + 'static>(
    form: Form,
    totals: Totals,
    dossiers: BoxStream<'static, Result<Dossier, E>>,
) -> BoxStream<'static, io::Result<Bytes>> {
    let begin = async move { UnderWay::begin(form, &totals, dossiers).map(Some) };
    stream::once(begin)
        .map(|begun| {
            stream::try_unfold(begun, |under_way| async {
                match under_way? {
                    Some(under_way) => under_way.piece().await.map(|(piece, rest)| Some((piece, Ok(rest)))),
                    None => Ok(None),
                }
            })
        })
        .flatten()
        .boxed()
}

/// What a report has written and nobody has taken yet.
#[derive(Clone, Default)]
struct Spill(Arc<Mutex<Vec<u8>>>);

impl Spill {
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Spill {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Report {
    Json(JsonReport<Spill>),
    Csv(Box<CsvReport<Spill>>),
}

struct UnderWay<E> {
    report: Report,
    spill: Spill,
    summary: Summary,
    dossiers: BoxStream<'static, Result<Dossier, E>>,
}

impl<E: std::error::Error + Send + Sync + 'static> UnderWay<E> {
    fn begin(form: Form, totals: &Totals, dossiers: BoxStream<'static, Result<Dossier, E>>) -> io::Result<Self> {
        let spill = Spill::default();
        let report = match form {
            Form::Json(layout) => Report::Json(JsonReport::laid_out(spill.clone(), totals, layout)?),
            Form::Csv => Report::Csv(Box::new(CsvReport::begin(spill.clone())?)),
        };
        Ok(Self { report, spill, summary: totals.summary().clone(), dossiers })
    }

    /// The next piece, and the rest where there is one.
    async fn piece(mut self) -> io::Result<(Bytes, Option<Self>)> {
        while self.spill.len() < PIECE {
            let Some(dossier) = self.dossiers.next().await else {
                let spill = self.spill.clone();
                self.finish()?;
                return Ok((spill.take(), None));
            };
            self.add(&dossier.map_err(io::Error::other)?)?;
        }
        Ok((self.spill.take(), Some(self)))
    }

    fn add(&mut self, dossier: &Dossier) -> io::Result<()> {
        self.summary.count(&dossier.without);
        let Some(entry) = ResultEntry::of(dossier) else { return Ok(()) };
        match &mut self.report {
            Report::Json(report) => report.entry(&entry),
            Report::Csv(report) => report.entry(&entry),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self.report {
            Report::Json(report) => report.finish(&self.summary).map(drop),
            Report::Csv(report) => report.finish().map(drop),
        }
    }
}
